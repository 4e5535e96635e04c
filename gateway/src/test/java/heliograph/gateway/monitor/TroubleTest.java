package heliograph.gateway.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.gateway.access.Access.UpstreamView;
import heliograph.gateway.identity.Identity.IssuerView;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.JsonTree;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever is in trouble says since when, what came of it, and what is to be done. */
class TroubleTest {
  private static final Instant STARTED = Instant.parse("2026-11-21T04:00:00Z");
  private static final Instant SINCE = Instant.parse("2026-11-21T05:00:00Z");

  /** Each kind, by the method that makes it, where as little as can be is known of it. */
  private static Map<String, Trouble> kinds() {
    Map<String, Trouble> kinds = new TreeMap<>();
    kinds.put("ofLog", Trouble.ofLog(SINCE, ""));
    kinds.put("ofHub", Trouble.ofHub(SINCE));
    kinds.put("ofDraining", Trouble.ofDraining(SINCE));
    kinds.put(
        "ofIssuer", Trouble.ofIssuer(issuer(Optional.empty(), false, ""), STARTED).orElseThrow());
    kinds.put(
        "ofUpstream",
        Trouble.ofUpstream(new UpstreamView("session", false, Optional.empty(), "", 1, 1), STARTED)
            .orElseThrow());
    kinds.put("ofStreams", Trouble.ofStreams(SINCE, 10));
    return kinds;
  }

  private static IssuerView issuer(Optional<Instant> changed, boolean failing, String error) {
    return new IssuerView(
        "https://id.example", false, false, List.of(), Optional.empty(), changed, failing, error);
  }

  @Test
  void everyKindIsWalkedOverHere() {
    Set<String> made =
        Arrays.stream(Trouble.class.getDeclaredMethods())
            .filter(it -> it.getName().startsWith("of") && !it.isSynthetic())
            .map(Method::getName)
            .collect(Collectors.toSet());

    assertEquals(made, kinds().keySet());
  }

  @Test
  void eachSaysSinceWhenWhatCameOfItAndWhatIsToBeDone() {
    kinds()
        .forEach(
            (kind, trouble) -> {
              var told =
                  JsonTree.object(
                      Json.object(
                              json -> {
                                json.writeName("trouble");
                                trouble.write(json);
                              })
                          .getBytes(StandardCharsets.UTF_8));
              for (String member : List.of("what", "since", "error", "next")) {
                String text = told.path("trouble").path(member).stringValue("");
                assertFalse(text.isBlank(), kind + " has no " + member);
              }
              Instant since = Instant.parse(told.path("trouble").path("since").stringValue(""));
              assertFalse(since.isBefore(STARTED), kind);
            });
  }

  @Test
  void whatIsKnownIsTold() {
    Trouble issuer =
        Trouble.ofIssuer(issuer(Optional.of(SINCE), true, "it answered 500"), STARTED)
            .orElseThrow();

    assertEquals("issuer https://id.example", issuer.what());
    assertEquals(SINCE, issuer.since());
    assertEquals("it answered 500", issuer.error());
  }

  @Test
  void oneThatLeavesSomethingOutIsNone() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Trouble(Trouble.Part.LOG, "", false, SINCE, " ", "mend it"));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Trouble(Trouble.Part.LOG, "", false, SINCE, "it is full", ""));
  }
}
