package heliograph.gateway.types;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TypePattern;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.settings.Secrets;
import heliograph.gateway.types.Mask.With;
import heliograph.gateway.types.TypesConfig.TypeConfig;
import heliograph.relay.Filter;
import heliograph.relay.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a tenant's worker does beside matching where there are rules: a masked event is made once
 * for each class of audience, data is read once for all filters, and a filter is asked once by each
 * cohort. A schema is checked by the publisher's own thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RulesBenchmark {
  private static final String ITEM = "{\"sku\":\"a-1234567\",\"price\":12.50,\"count\":3}";
  // The longest text that a filter may look for, in characters.
  private static final int LONGEST_NEEDLE = 64;

  private static final Set<String> BILLING = Set.of("billing");

  /** The data of the event, in bytes; at 16384, what filters look into at most. */
  @Param({"1024", "16384"})
  public int dataBytes;

  private Event event = event("{}");
  private StoredEvent read = new StoredEvent(event, new Cursor("bench", 1));
  private final TypeRules rules = TypeRules.of(new TypesConfig(List.of(rule()), Secrets.NONE));
  private final Filter usual = Filters.compile("data.total > 100 && event.type != 'order.draft'");
  private final Filter worst =
      Filters.compile(
          "data.note.contains('%1$sb') || data.note.contains('%1$sc') || data.note.contains('%1$sd')"
              .formatted("a".repeat(LONGEST_NEEDLE - 1)));
  private final DataSchema schema =
      DataSchema.of(
          """
          {"type":"object","required":["total"],"properties":{"total":{"type":"number"},
           "items":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string"}}}}}}
          """);

  private static TypeConfig rule() {
    return new TypeConfig(
        new TypePattern("order.*"),
        Optional.empty(),
        Set.of(),
        false,
        List.of(
            new Mask(List.of("/customer/email"), BILLING, With.REMOVE),
            new Mask(List.of("/items/*/price"), BILLING, With.NULL)));
  }

  @Setup
  public void makeEvent() {
    String head = "{\"total\":120,\"customer\":{\"name\":\"Ada\",\"email\":\"ada@example.com\"},";
    int half = (dataBytes - head.length()) / 2;
    String items = (ITEM + ",").repeat(half / (ITEM.length() + 1)) + ITEM;
    String note = "a".repeat(dataBytes - head.length() - items.length() - 22);
    event = event(head + "\"items\":[" + items + "],\"note\":\"" + note + "\"}");
    read = new StoredEvent(event, new Cursor("bench", 1));
  }

  private static Event event(String data) {
    byte[] json = data.getBytes(StandardCharsets.US_ASCII);
    return new Event(
        "4711",
        "/publishers/bench",
        "order.paid",
        new Tenant("acme"),
        new Topic("orders.42"),
        new Audience.Everyone(),
        new Attributes(Map.of("time", new Attribute.Text("2026-01-02T03:04:05Z"))),
        Payload.json(json, 0, json.length));
  }

  /** Once for each cohort, also where nothing is hidden from it. */
  @Benchmark
  public long askWhatIsHidden() {
    return rules.hiding("order.paid", Set.of("support"));
  }

  /** Once for each class of audience. */
  @Benchmark
  public Optional<Payload> mask() {
    return rules.apply(event, 3);
  }

  /** The first filter that an event meets reads it. */
  @Benchmark
  public boolean filterAnew() {
    return usual.wants(new StoredEvent(event, new Cursor("bench", 1)));
  }

  /** The further ones. */
  @Benchmark
  public boolean filter() {
    return usual.wants(read);
  }

  /** With the data and the expression made to hold up the worker. */
  @Benchmark
  public boolean filterAtItsWorst() {
    return worst.wants(read);
  }

  @Benchmark
  public boolean checkSchema() {
    schema.check(event.payload());
    return true;
  }
}
