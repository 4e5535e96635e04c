package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;

/** What it costs that an operator's streams have a path and frames of their own. */
final class Profiles implements Part {
  private static final Work WORK = new Work(1_000, 4, true, 50);
  private static final String ROW = "1000 subscribers, 50/s: CPU per delivery, ";
  private static final String WRONG = "1000 subscribers, 50/s: lost or doubled";

  // The load generator finds its marks in the data, which comes as it is: the profiles change what
  // is around it.
  private static final String PROFILES =
      """
      streams:
        - { name: one, path: /one, topics: ["%1$s*"], envelope: '{"kind":{event.type},"payload":{data}}' }
        - { name: each, path: "/each/{id}", topics: ["%1$s*"], envelope: '{"kind":{event.type},"id":{path.id|number},"payload":{data}}' }
      """
          .formatted(Server.TOPICS);

  private final Settings settings;
  private final Issuer issuer;

  Profiles(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Profiles";
  }

  @Override
  public void measure(Figures figures) throws IOException, GeneralSecurityException {
    Path data = settings.work().resolve("profiles");
    Filling.delete(data);
    String token = issuer.token(Events.tenant(0), "reader");
    try (Relay relay = Relay.start(settings, issuer, data, PROFILES)) {
      List<Server> servers =
          List.of(
              relay.at("/v1/stream", "/v1/stream?topic=" + Server.TOPICS + "*", token),
              relay.at("a profile", "/one", token),
              relay.at("a profile with a value for each", "/each/{n}", token));
      new Turns(settings, figures)
          .run(
              "1000 subscribers, 50/s",
              servers.stream().map(server -> new Turns.Turn(server, WORK)).toList(),
              results -> add(figures, servers, results));
    }
    figures.atMost(ROW + "a profile / /v1/stream", 1.05);
    figures.atMost(ROW + "a profile with a value for each / /v1/stream", 1.2);
    figures.never(WRONG);
    Filling.delete(data);
  }

  private static void add(Figures figures, List<Server> servers, List<Ssebench.Result> results) {
    List<Double> costs = results.stream().map(it -> it.of("cpu", "us_per_delivery")).toList();
    for (int i = 0; i < servers.size(); i++) {
      figures.add(ROW + servers.get(i).name() + ", µs", costs.get(i));
    }
    for (int i = 1; i < servers.size(); i++) {
      figures.add(ROW + servers.get(i).name() + " / /v1/stream", costs.get(i) / costs.getFirst());
    }
    figures.add(WRONG, results.stream().mapToDouble(Ssebench.Result::wrong).sum());
  }

  @Override
  public String how() {
    return """
    - One relay with two profiles in its configuration:

      ```yaml
    %s  ```

      Load, CPU, warming up and turns are as for the fan-out: %s s for each measurement.
    - **A profile**: all subscribers are at `/one` and share each frame. **A value for each**: subscriber `n` is at
      `/each/n`, so that each has a frame of its own for each event.
    """
        .formatted(PROFILES.indent(2), settings.span().measured().toSeconds());
  }
}
