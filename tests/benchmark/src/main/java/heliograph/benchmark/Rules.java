package heliograph.benchmark;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;

/** What masks and filters cost each delivery, where many subscribers share few of them. */
final class Rules implements Part {
  private static final Work WORK = new Work(1_000, 4, true, 50);
  private static final String ROW = "1000 subscribers, 50/s: CPU per delivery, ";
  private static final String WRONG = "1000 subscribers, 50/s: lost or doubled";
  private static final String TOPICS = "topic=" + Server.TOPICS + "*";

  private static final String MASK =
      """
      types: [{ type: "bench.*", masks: [{ fields: [/note], roles: [billing], with: redact }] }]
      """;

  // Only of a masked event it is true, so that events are lost if the mask is not at work. Each of
  // the groups of subscribers has another one, and so a cohort of its own.
  private static final String FILTER =
      "data.note == '***' && data.seq >= 0 && event.type != 'draft{i}'";

  private final Settings settings;
  private final Issuer issuer;

  Rules(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Masks and filters";
  }

  @Override
  public void measure(Figures figures) throws IOException, GeneralSecurityException {
    Path plainData = settings.work().resolve("plain");
    Path maskedData = settings.work().resolve("masked");
    Filling.delete(plainData);
    Filling.delete(maskedData);
    String token = issuer.token(Events.tenant(0), "reader");
    try (Relay plain = Relay.start(settings, issuer, plainData);
        Relay masking = Relay.start(settings, issuer, maskedData, MASK)) {
      List<Server> servers =
          List.of(
              plain.server("plain", TOPICS, token),
              masking.server("masked", TOPICS, token),
              masking.server("masked and filtered", TOPICS + "&filter=" + encoded(FILTER), token));
      new Turns(settings, figures)
          .run(
              "1000 subscribers, 50/s",
              servers.stream().map(server -> new Turns.Turn(server, WORK)).toList(),
              results -> add(figures, servers, results));
    }
    figures.atMost(ROW + "masked / plain", 1.15);
    figures.atMost(ROW + "masked and filtered / plain", 1.15);
    figures.never(WRONG);
    Filling.delete(plainData);
    Filling.delete(maskedData);
  }

  private static void add(Figures figures, List<Server> servers, List<Ssebench.Result> results) {
    List<Double> costs = results.stream().map(it -> it.of("cpu", "us_per_delivery")).toList();
    for (int i = 0; i < servers.size(); i++) {
      figures.add(ROW + servers.get(i).name() + ", µs", costs.get(i));
    }
    for (int i = 1; i < servers.size(); i++) {
      figures.add(ROW + servers.get(i).name() + " / plain", costs.get(i) / costs.getFirst());
    }
    figures.add(WRONG, results.stream().mapToDouble(Ssebench.Result::wrong).sum());
  }

  /** As a query has it, for each group of subscribers. */
  private static String encoded(String filter) {
    return URLEncoder.encode(filter, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%7Bi%7D", "{i}");
  }

  @Override
  public String how() {
    Settings.Span span = settings.span();
    return """
    - Two relays, one of them with a mask in its configuration; who subscribes does not have the role that lifts it. What it
      puts in the place of a value is as long as the value, so all deliveries are of the same length. Load, CPU, warming up
      and turns are as for the fan-out: %s s for each measurement.
    - **Masked**: `%s`
    - **Filtered**: `filter=%s`,
      where `{i}` goes from 0 to %s: %s cohorts. It is true of masked events alone; if the mask were not at work, everything
      would be lost.
    - All read `%s`, to which each event goes:
      `%s`
    """
        .formatted(
            span.measured().toSeconds(),
            MASK.strip(),
            FILTER,
            WORK.topics() - 1,
            WORK.topics(),
            TOPICS,
            "ssebench … " + String.join(" ", WORK.options(span.measured())));
  }
}
