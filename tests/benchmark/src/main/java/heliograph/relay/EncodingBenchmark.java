package heliograph.relay;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Frame;
import heliograph.contract.Payload;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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

/** What the frame of an event costs, which is made at most once per event and dialect. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EncodingBenchmark {
  @Param({"PLAIN", "CLOUDEVENTS"})
  public StandardDialect dialect = StandardDialect.PLAIN;

  @Param({"300", "4096"})
  public int dataBytes;

  private Event event = event(Payload.ABSENT);
  private final Cursor cursor = new Cursor("bench", 4711);

  @Setup
  public void makeEvent() {
    String data = "{\"note\":\"" + "x".repeat(dataBytes - 11) + "\"}";
    byte[] json = data.getBytes(StandardCharsets.US_ASCII);
    event = event(Payload.json(json, 0, json.length));
  }

  @Benchmark
  public Frame encode() {
    return dialect.event(cursor, event);
  }

  private static Event event(Payload payload) {
    return new Event(
        "4711",
        "/publishers/bench",
        "bench.paid",
        new Tenant("acme"),
        new Topic("orders.42"),
        new Audience.Everyone(),
        new Attributes(Map.of("time", new Attribute.Text("2026-01-02T03:04:05Z"))),
        payload);
  }
}
