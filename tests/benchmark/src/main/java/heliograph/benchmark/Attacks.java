package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;

/** What an honest publisher and an honest reader see while somebody without credentials attacks. */
final class Attacks implements Part {
  private static final Duration TIME = Duration.ofSeconds(25);
  private static final Duration QUIET = Duration.ofSeconds(8);

  // More than are let in.
  private static final int CONNECTIONS = 16_000;
  private static final int BODY = 8 * 1024 * 1024;
  private static final int BODIES = 64;
  private static final int PIPELINED = 400;

  private final Settings settings;
  private final Issuer issuer;

  Attacks(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  /**
   * @param connections how many at a time
   * @param script what each sends
   * @param repeats how many times
   */
  private record Attack(String name, int connections, String script, int repeats) {}

  private static List<Attack> attacks() {
    return List.of(
        new Attack(
            "A1, bodies announced after a query that is refused",
            CONNECTIONS,
            "POST /v1/hooks/o?a=%zz HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
            1),
        new Attack(
            "A2, answers that are not read",
            PIPELINED,
            "GET /openapi HTTP/1.1\r\nHost: a\r\n\r\n",
            1_000_000),
        new Attack(
            "A3, heads that do not end",
            CONNECTIONS,
            "GET /v1/stream?"
                + "a".repeat(15_900)
                + " HTTP/1.1\r\nHost: a\r\nx-a: "
                + "b".repeat(15_900),
            1),
        new Attack(
            "A4, bodies short of a byte",
            BODIES,
            "POST /v1/hooks/o HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(BODY, "x".repeat(BODY - 1)),
            1));
  }

  @Override
  public String title() {
    return "Attacks";
  }

  @Override
  public String how() {
    return """
    - One relay with 512 MB for all of it. **Beside** each attack, for %s s: a publisher on a connection that it had before,
      an event after the other; a reader whose stream was open before; and a stranger who knocks ten times a second, with
      `GET /v1/status` on a new connection, and waits for 30 s at most. **Quiet** is the same without an attack. The attacker is this program,
      on the same CPUs.
    - At most 1000 connections are begun in a second. A1 and A3: up to 16,000, each comes back when it is cut. A2: 400 that ask for `/openapi` again and again. A4:
      64 that send 8 MiB less a byte to a hook that does not exist.
    - **Unseen** are events that were stored and not shown to the reader within 30 s after the attack.
    """
        .formatted(TIME.toSeconds());
  }

  @Override
  public void measure(Figures figures) throws IOException, GeneralSecurityException {
    Path data = settings.work().resolve("attacked");
    Filling.delete(data);
    try (Relay relay = Relay.start(settings, issuer, data)) {
      Witness witness = new Witness(relay.port(), issuer.token(Events.tenant(0), "reader"));
      witness.look(QUIET);
      for (Attack attack : attacks()) {
        Benchmark.say(attack.name());
        Witness.Seen quiet = witness.look(QUIET);
        double cutBefore = relay.metric("heliograph_connections_cut_total", "");
        Witness.Seen beside;
        try (Flood flood =
            new Flood(relay.port(), attack.connections(), attack.script(), attack.repeats())) {
          beside = witness.look(TIME);
          figures.add(attack.name() + ": connections opened", (double) flood.opened());
        }
        figures.add(
            attack.name() + ": connections cut by the relay",
            relay.metric("heliograph_connections_cut_total", "") - cutBefore);
        tell(figures, attack.name(), quiet, beside);
        figures.add(attack.name() + ": the relay's memory, MiB", relay.residentMib());
      }
    }
    Filling.delete(data);
  }

  private static void tell(Figures figures, String name, Witness.Seen quiet, Witness.Seen beside) {
    figures.add(name + ": publishes answered", beside.publishMillis().size() - beside.refused());
    figures.add(name + ": publishes refused", beside.refused());
    figures.never(name + ": publishes refused");
    figures.add(
        name + ": publish, median, beside / quiet", beside.publishMedian() / quiet.publishMedian());
    figures.add(
        name + ": publish, p99, beside / quiet", beside.publishMost() / quiet.publishMost());
    figures.add(name + ": strangers let in", beside.knockMillis().size());
    figures.add(name + ": strangers let in, median, ms", beside.knockMedian());
    figures.add(name + ": strangers shut out", beside.shut());
    figures.add(name + ": events unseen", beside.unseen());
    figures.never(name + ": events unseen");
  }
}
