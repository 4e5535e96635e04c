package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;

/** What streams cost on which nothing happens. */
final class Idle implements Part {
  private static final int STREAMS = 10_000;
  private static final String ROW = "10,000 idle streams";

  // As long as a heartbeat's interval, so that each stream has one.
  private static final Duration TIME = Duration.ofSeconds(15);

  private final Settings settings;
  private final Issuer issuer;

  Idle(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Idle streams";
  }

  @Override
  public String how() {
    return """
    - A relay that was just started, for each run. **Memory** is what its `VmRSS` grew by from before the first stream to %s s
      after the last was open, by their number: heap, stacks, compiled code and all. What the kernel keeps for sockets is
      not in it.
    - **Heartbeats** come every 15 s on each stream; the CPU is that of the relay in the 15 s after the last stream was open.
    - `ssebench -n %s --idle %s --pid-tree $RELAY --path '/v1/stream?topic=orders.{i}' -H "Authorization: Bearer $TOKEN"`
    """
        .formatted(TIME.toSeconds(), STREAMS, TIME.toSeconds());
  }

  @Override
  public void measure(Figures figures) throws IOException, GeneralSecurityException {
    Path data = settings.work().resolve("idle");
    String token = issuer.token(Events.tenant(0), "reader");
    Ssebench ssebench = new Ssebench(settings);
    for (int round = 1; round <= settings.span().rounds(); round++) {
      Benchmark.say(ROW + ", round " + round);
      Filling.delete(data);
      try (Relay relay = Relay.start(settings, issuer, data)) {
        Server server = relay.server(token);
        server.awaitCalm();
        Ssebench.Result result = ssebench.idle(server, STREAMS, TIME);
        figures.add(ROW + ": memory of each, bytes", result.of("rss_kb", "per_conn_bytes"));
        figures.add(ROW + ": memory of the relay, MiB", result.of("rss_kb", "idle") / 1024);
        figures.add(
            ROW + ": heartbeats, % of a CPU", 100 * result.of("cpu", "idle_s") / TIME.toSeconds());
        figures.add(ROW + ": CPU to open one, µs", result.of("cpu", "connect_us_each"));
        figures.add(ROW + ": time to open all, s", result.of("connect_s"));
      }
    }
    figures.atMost(ROW + ": memory of each, bytes", 20_480);
    Filling.delete(data);
  }
}
