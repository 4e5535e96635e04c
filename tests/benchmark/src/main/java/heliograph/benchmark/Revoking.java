package heliograph.benchmark;

import heliograph.gateway.revocation.ManyRevocations;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What logging out takes beside publishers, with none and with a million revocations kept. */
final class Revoking implements Part {
  private static final int KEPT = 1_000_000;
  private static final int PUBLISHES = 1000;
  private static final int LOGOUTS = 50;
  private static final Duration MEASURED = Duration.ofSeconds(10);
  private static final double MIB = 1024 * 1024;

  private final Settings settings;
  private final Issuer issuer;
  private int rounds;

  Revoking(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Revocations";
  }

  @Override
  public String how() {
    return """
    - **Logout**: `POST /v1/logout`, 50 a second, each with a token of its own that names a session and a subject, beside
      1,000 publishes a second (`POST /v1/hooks/bench`, 300 bytes, `durability: fsync`), each over 16 connections. Counted
      from the moment a request is due to its whole answer, without the first fifth of 10 s. Two relays take turns, one with
      nothing taken back and one with a million sessions, of a million subjects, which were put there through the relay's
      own classes.
    - **Check**: whether a credential is taken back that is not, with a million kept, in the process of the benchmark.
    - **Disk**: all files of the store after it was filled. **Memory**: `VmRSS` after the start.
    """;
  }

  @Override
  public void measure(Figures figures)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path full = settings.work().resolve("revoked");
    Path empty = settings.work().resolve("unrevoked");
    Filling.delete(full);
    Filling.delete(empty);
    Benchmark.say("storing " + KEPT + " revocations");
    ManyRevocations.fill(full, KEPT);
    figures.add("disk for a million, MiB", Filling.size(full) / MIB);
    figures.add("check of a credential that is not taken back, us", ManyRevocations.check(full));
    try (Relay with = Relay.start(settings, issuer, full);
        Relay without = Relay.start(settings, issuer, empty)) {
      figures.add("start with a million, s", with.readySeconds());
      figures.add("start with none, s", without.readySeconds());
      figures.add("memory with a million, MiB", with.residentMib());
      figures.add("memory with none, MiB", without.residentMib());
      load(new Figures(), without, "");
      load(new Figures(), with, "");
      for (int round = 0; round < settings.span().rounds(); round++) {
        Benchmark.say("logging out, round " + (round + 1));
        double few = load(figures, without, "none kept");
        double many = load(figures, with, "a million kept");
        figures.add("logout, a million / none", many / few);
      }
    }
    figures.target("logout, a million kept, median, ms", "under 50", millis -> millis < 50);
    Filling.delete(full);
    Filling.delete(empty);
  }

  private double load(Figures figures, Relay relay, String kept)
      throws IOException, GeneralSecurityException, InterruptedException {
    int run = rounds++;
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < LOGOUTS * MEASURED.toSeconds(); i++) {
      tokens.add(issuer.logout("%d-%d".formatted(run, i)));
    }
    Events events = new Events();
    String body = events.body(Events.tenant(0), "ID-%04d-%09d".formatted(run, 0));
    Paced publishes =
        new Paced(
            relay.port(),
            PUBLISHES,
            MEASURED,
            i ->
                post(
                    "/v1/hooks/bench",
                    "application/json\r\nAuthorization: Bearer " + Relay.SECRET,
                    body.replace(
                        "ID-%04d-%09d".formatted(run, 0), "ID-%04d-%09d".formatted(run, i))));
    Paced logouts =
        new Paced(
            relay.port(),
            LOGOUTS,
            MEASURED,
            i ->
                post(
                    "/v1/logout",
                    "application/x-www-form-urlencoded",
                    "logout_token=" + tokens.get(i)));
    double[] out = logouts.await();
    double[] published = publishes.await();
    figures.add("logout, " + kept + ", median, ms", Paced.at(out, 0.5));
    figures.add("logout, " + kept + ", 99 %, ms", Paced.at(out, 0.99));
    figures.add("publish beside it, " + kept + ", median, ms", Paced.at(published, 0.5));
    figures.add("publish beside it, " + kept + ", 99 %, ms", Paced.at(published, 0.99));
    return Paced.at(out, 0.5);
  }

  private static String post(String path, String type, String body) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
        + type
        + "\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }
}
