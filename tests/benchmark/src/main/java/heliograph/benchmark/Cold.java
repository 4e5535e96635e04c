package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;

/** What a relay does in its first minute, when its code is not compiled yet. */
final class Cold implements Part {
  private static final int CONNECTIONS = 8;
  private static final int CLIENTS = 2_000;
  private static final int STORMS = 4;
  private static final Duration SPREAD = Duration.ofSeconds(2);
  private static final Duration PLATEAU = Duration.ofSeconds(5);

  private static final String ACKS = "acks a second, 8 connections: ";
  private static final String SHARE = "acks, part of the plateau: ";
  private static final String STORM = "2,000 clients within 2 s, connect to 200, median ms: ";

  /** A stretch of the first half minute, without a pause between one and the next. */
  private record Stretch(String name, Duration time) {}

  private static final List<Stretch> STRETCHES =
      List.of(
          new Stretch("first second", Duration.ofSeconds(1)),
          new Stretch("2nd to 4th", Duration.ofSeconds(3)),
          new Stretch("5th", Duration.ofSeconds(1)),
          new Stretch("6th to 10th", Duration.ofSeconds(5)),
          new Stretch("11th to 30th", Duration.ofSeconds(20)));

  private final Settings settings;
  private final Issuer issuer;

  Cold(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Cold";
  }

  @Override
  public void measure(Figures figures) throws IOException, GeneralSecurityException {
    Path data = settings.work().resolve("cold");
    try (Nchan nchan = Nchan.start(settings)) {
      Load toNchan = new Load(nchan.port(), "/pub/%s", "");
      Storm onNchan = new Storm(nchan.port(), "GET /sub/orders0\r\nAccept: text/event-stream\r\n");
      // The load program is to be warm, as nothing else is.
      toNchan.run(CONNECTIONS, Duration.ZERO, PLATEAU);
      for (int i = 0; i < STORMS; i++) {
        onNchan.blow(CLIENTS, SPREAD);
      }
      for (int round = 1; round <= settings.span().rounds(); round++) {
        publish(figures, data, round);
        figures.add(ACKS + "nchan", toNchan.run(CONNECTIONS, Duration.ZERO, PLATEAU));
        storm(figures, data, round);
        figures.add(STORM + "nchan", onNchan.blow(CLIENTS, SPREAD).median());
      }
    }
    figures.atMost("from start to ready, s", 1);
    figures.atLeast(SHARE + "first second", 0.4);
    figures.atLeast(SHARE + "5th", 0.8);
    figures.atMost(STORM + "first storm", 100);
    Filling.delete(data);
  }

  private void publish(Figures figures, Path data, int round) throws IOException {
    Benchmark.say("cold, round " + round + ": publishing");
    Filling.delete(data);
    try (Relay relay = Relay.start(settings, issuer, data)) {
      figures.add("from start to ready, s", relay.readySeconds());
      Load load =
          new Load(
              relay.port(), "/v1/hooks/bench", "Authorization: Bearer " + Relay.SECRET + "\r\n");
      double[] rates = new double[STRETCHES.size()];
      for (int i = 0; i < rates.length; i++) {
        rates[i] = load.run(CONNECTIONS, Duration.ZERO, STRETCHES.get(i).time());
      }
      double plateau = load.run(CONNECTIONS, Duration.ZERO, PLATEAU);
      for (int i = 0; i < rates.length; i++) {
        figures.add(ACKS + STRETCHES.get(i).name(), rates[i]);
        figures.add(SHARE + STRETCHES.get(i).name(), rates[i] / plateau);
      }
      figures.add(ACKS + "plateau", plateau);
    }
  }

  private void storm(Figures figures, Path data, int round)
      throws IOException, GeneralSecurityException {
    Benchmark.say("cold, round " + round + ": storms");
    Filling.delete(data);
    String token = issuer.token(Events.tenant(0), "reader");
    try (Relay relay = Relay.start(settings, issuer, data)) {
      Storm storm =
          new Storm(
              relay.port(),
              "GET /v1/stream?topic=orders.0\r\nAuthorization: Bearer " + token + "\r\n");
      for (String which : List.of("first storm", "second", "third", "fourth")) {
        figures.add(STORM + which, storm.blow(CLIENTS, SPREAD).median());
      }
    }
  }

  @Override
  public String how() {
    return """
    - A relay that was just started, for each row of publishing and for each row of storms, with the file that
      `deploy/start-cache` made; nchan and the load program are warm, and share the processors with it.
    - **Acks**: %s kept-alive connections, one event of 300 bytes on its way on each, `durability: fsync`, from the moment
      at which the relay is ready on. The **plateau** is the rate of the %s s after the first half minute.
    - **Storms**: %s clients come evenly over %s s, each with a connection of its own and one request; all go when the last
      is served. nchan asks for no token.
    """
        .formatted(CONNECTIONS, PLATEAU.toSeconds(), CLIENTS, SPREAD.toSeconds());
  }
}
