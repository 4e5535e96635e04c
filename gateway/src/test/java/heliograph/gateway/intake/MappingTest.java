package heliograph.gateway.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Audience;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.scheme.SchemeName;
import heliograph.gateway.settings.Settings;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.types.TypesConfig;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.http.HeaderNames;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a mapping makes of a third party's body, and what it refuses to make. */
class MappingTest {
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
  private static final String BODY =
      """
      {"repo": {"name": "hello.world/x", "id": 42, "private": false, "tags": ["a", "b,c"]},
       "who": "Änne", "empty": "", "nothing": null, "a/b": {"~": "odd"}, "at": 1614265330,
       "lines": "a\\nb", "millis": "1525698237764", "long": "%s"}\
      """
          .formatted("x".repeat(2000));

  private final EventReader reader =
      new EventReader(
          new EventRules(256 * 1024, TypeRules.of(TypesConfig.NONE), InstantSource.fixed(NOW)), 3);
  private final Map<String, String> mapping = new HashMap<>(Map.of("type", "t", "topic", "a"));

  private Event read() {
    return read(Optional.empty());
  }

  private void reset() {
    mapping.clear();
    mapping.putAll(Map.of("type", "t", "topic", "a"));
  }

  private Event read(Optional<String> tenant) {
    return ((EventReader.Reading.Fit) read(BODY, tenant).readings().getFirst()).event();
  }

  private EventReader.Reading.Fit fit(String body) {
    return (EventReader.Reading.Fit) read(body).readings().getFirst();
  }

  private EventReader.Contents read(String body) {
    return read(body, Optional.empty());
  }

  private EventReader.Contents read(String body, Optional<String> tenant) {
    Map<String, String> settings = new HashMap<>();
    mapping.forEach((key, value) -> settings.put("mapping." + key, value));
    Settings entry = Settings.of(Config.just(ConfigSources.create(settings)));
    PublisherConfig config =
        new PublisherConfig(
            "third",
            Optional.empty(),
            Optional.empty(),
            false,
            Set.of(new Tenant("acme")),
            List.of(new TopicPattern(">")),
            List.of(new TypePattern("*")),
            List.of(SourcePattern.ALL),
            PublisherConfig.Bounds.NONE,
            MappingConfig.read(entry, Optional.of(SchemeName.TOKEN)),
            false);
    Publisher publisher = Publisher.of(config, InstantSource.fixed(NOW), Optional.empty());
    WritableHeaders<?> headers = WritableHeaders.create();
    headers.set(HeaderNames.CONTENT_TYPE, "application/json");
    headers.set(HeaderNames.create("X-Event"), "push.now");
    return reader.read(
        body.getBytes(StandardCharsets.UTF_8), new Sender(publisher, headers, tenant, "d-1"));
  }

  private void assertRefused(ErrorCode code, String pointer) {
    RelayException refusal = assertThrows(RelayException.class, () -> read());
    assertEquals(code, refusal.code());
    assertEquals(pointer, refusal.pointer(), refusal.detail());
  }

  @Test
  void whatIsLeftOutIsAsInTheRelaysOwnForm() {
    Event event = read();

    assertEquals("d-1", event.id());
    assertEquals("/publishers/third", event.source());
    assertEquals("acme", event.tenant().name());
    assertEquals(new Audience.Everyone(), event.audience());
    assertEquals(NOW.toString(), event.attributes().values().get("time").text());
    assertEquals(
        BODY.replace("\n", ""),
        new String(event.payload().bytes(), StandardCharsets.UTF_8),
        "the whole body, as it was sent");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "plain                                > plain",
        "a{/repo/id}b                         > a42b",
        "{/repo/private}                      > false",
        "{/repo/tags/1}                       > b,c",
        "{/a~1b/~0}                           > odd",
        "{header:x-event}                     > push.now",
        "{delivery}                           > d-1",
        "{/missing|/empty|/nothing|/who}      > Änne",
        "{/missing|header:X-Event}            > push.now",
        "{/missing|'else'}                    > else",
        "x{./who}{./missing}{./repo}          > x.Änne",
        "x{./missing|'y'}                     > x.y",
        "x{/missing|''}                       > x",
        "{/lines}                             > a b",
        "{body:/repo/id}                      > 42",
        "{now}                                > 2026-11-21T08:00:00Z",
        "{now:P1D}                            > 2026-11-21T00:00:00Z",
      })
  void placesAreFilledIn(String template, String text) {
    mapping.put("type", template);
    assertEquals(text, read().type());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "a.{/repo/name}       > a.hello-world-x",
        "{header:X-Event}.b   > push-now.b",
        "a{./missing}.b       > a.b",
        "a.{/who}             > a.-nne",
      })
  void aValueAddsNoSegmentToATopic(String template, String topic) {
    mapping.put("topic", template);
    assertEquals(topic, read().topic().value());
  }

  @ParameterizedTest
  @CsvSource({
    "type,{/missing},/missing",
    "type,{/empty},/empty",
    "type,{/nothing},/nothing",
    "type,{/repo},/repo",
    "topic,a.{/repo/x/y},/repo/x/y",
    "type,{header:X-Other},/type",
    "type,{body:/missing},/type",
    "users,{/lines},/lines",
    "type,{/long},/long",
    "tenant,{path:tenant},/tenant",
    "tenant,{/who},/tenant",
    "source,{/who} x,/source",
    "topic,a.{/missing|''},/topic",
    "roles,{/missing},/missing",
    "roles,{/missing|''},/roles",
    "users,{/repo/tags/1},/repo/tags/1",
    "data,/missing,/missing",
  })
  void whatHasNoValueOrNoFitOneIsRefused(String member, String template, String pointer) {
    mapping.put(member, template);
    assertRefused(ErrorCode.INVALID_EVENT, pointer);
  }

  @ParameterizedTest
  @CsvSource({
    "time,{/who}",
    "time,{/missing}",
    "subject,{/missing}",
    "subject,{/long}",
    "partitionkey,{header:X-Other}",
  })
  void whatIsOptionalIsLeftOutAndTold(String member, String template) {
    mapping.put(member, template);
    EventReader.Reading.Fit fit = fit(BODY);

    assertEquals(List.of("/" + member), fit.warnings().stream().map(Warning::pointer).toList());
    String time = fit.event().attributes().values().get("time").text();
    assertEquals(NOW.toString(), time);
    assertFalse(fit.event().attributes().values().containsKey("subject"));
    assertFalse(fit.event().attributes().values().containsKey("partitionkey"));
  }

  @Property
  void anArrayBecomesItsElementsAndARetryTheSame(@ForAll("elements") List<String> elements) {
    reset();
    mapping.put("subject", "{body:/1}");
    String body = elements.stream().collect(Collectors.joining(" ,\n", " [", "\t] "));
    EventReader.Contents contents = read(body);

    assertTrue(contents.batch());
    List<Event> events = contents.fit();
    assertEquals(
        elements,
        events.stream()
            .map(event -> new String(event.payload().bytes(), StandardCharsets.UTF_8))
            .toList());
    List<String> ids = events.stream().map(Event::id).toList();
    assertEquals(IntStream.range(0, elements.size()).mapToObj(i -> "d-1." + i).toList(), ids);
    assertEquals(ids, read(body).fit().stream().map(Event::id).toList());
    String last = "[" + body + "]";
    mapping.put("each", "/0");
    assertEquals(ids, read(last).fit().stream().map(Event::id).toList());
  }

  @Provide
  Arbitrary<List<String>> elements() {
    return Arbitraries.of("1", "null", "\"é]\"", "[1, 2]", "{}", "{\"a\": [3, \"}\"]}", "-0.0e1")
        .list()
        .ofMaxSize(3);
  }

  @Test
  void theTenantIsThePathsAFieldOrFixed() {
    assertEquals("acme", read(Optional.of("acme")).tenant().name(), "the path's, if it has one");
    mapping.put("tenant", "{path:tenant}");
    assertEquals("acme", read(Optional.of("acme")).tenant().name());
    RelayException other = assertThrows(RelayException.class, () -> read(Optional.of("globex")));
    assertEquals(ErrorCode.NOT_ALLOWED, other.code());
    mapping.put("tenant", "{header:X-Event}");
    assertRefused(ErrorCode.NOT_ALLOWED, "/tenant");
    mapping.put("tenant", "acme");
    assertEquals("acme", read().tenant().name());
    RelayException ignored = assertThrows(RelayException.class, () -> read(Optional.of("acme")));
    assertEquals(ErrorCode.NOT_FOUND, ignored.code(), "nobody asks for the path's");
  }

  @Test
  void theRestIsMappedToo() {
    mapping.putAll(
        Map.of(
            "id", "{/repo/id}",
            "source", "/repos/{/repo/id}",
            "subject", "{/missing|''}",
            "time", "{/at}",
            "roles", "ops,{/who}",
            "users", "{/who}",
            "partitionkey", "{/repo/id}",
            "data", "/repo/tags"));
    Event event = read();

    assertEquals("42", event.id());
    assertEquals("/repos/42", event.source());
    assertEquals(
        new Audience.Members(new LinkedHashSet<>(List.of("ops", "Änne")), Set.of("Änne")),
        event.audience());
    assertEquals("2021-02-25T15:02:10Z", event.attributes().values().get("time").text());
    assertEquals("42", event.attributes().values().get("partitionkey").text());
    assertTrue(!event.attributes().values().containsKey("subject"));
    assertEquals("[\"a\", \"b,c\"]", new String(event.payload().bytes(), StandardCharsets.UTF_8));
  }
}
