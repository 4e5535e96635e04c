package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator {@code src/main/c/ssebench.c}, run once for each measurement. */
final class Ssebench {
  // What it may take beside the load itself: connecting, and waiting for what is lost.
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Settings settings;

  Ssebench(Settings settings) {
    this.settings = settings;
  }

  /** Loads a server. */
  Result run(Server server, Work work, Duration time) throws IOException {
    return run(server, work.options(time), time);
  }

  /** Opens streams on a server, and leaves them alone for a time. */
  Result idle(Server server, int streams, Duration time) throws IOException {
    return run(
        server,
        List.of("-n", Integer.toString(streams), "--idle", Long.toString(time.toSeconds())),
        time);
  }

  private Result run(Server server, List<String> load, Duration time) throws IOException {
    Path out = settings.work().resolve("ssebench.json");
    List<String> command = new ArrayList<>();
    command.add(settings.tools().resolve("ssebench").toString());
    command.addAll(List.of("--port", Integer.toString(server.port())));
    command.addAll(List.of("--pid-tree", Long.toString(server.pid())));
    command.addAll(server.options());
    command.addAll(load);
    command.addAll(List.of("--body", body()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      if (!process.waitFor(time.plus(PATIENCE).toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("ssebench did not end: " + load);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      process.destroyForcibly();
    }
    Result result = new Result(Files.readString(out));
    if (process.exitValue() != 0) {
      throw new IOException("ssebench failed: " + result.json());
    }
    return result;
  }

  /**
   * The event that is sent to all servers. No two runs have the same ids, or the relay would drop
   * events.
   */
  private static String body() {
    return """
    {"id":"%s-{seq}","tenant":"%s","topic":"%s{g}","type":"%s","data":{"seq":{seq},"ts":{ts},"note":"abc","pad":"{pad}"}}\
    """
        .formatted(
            Long.toString(System.nanoTime(), 36), Events.tenant(0), Server.TOPICS, Events.TYPE);
  }

  /**
   * What it printed.
   *
   * @param json an object with at most one level of objects in it
   */
  record Result(String json) {
    double of(String key) {
      return number("\"" + key + "\":([-0-9.]+)");
    }

    double of(String section, String key) {
      return number("\"" + section + "\":\\{[^}]*\"" + key + "\":([-0-9.]+)");
    }

    /** Deliveries that did not come once, and where they should. */
    double wrong() {
      return of("lost") + of("duplicates") + of("wrong");
    }

    /** Events that were refused or got no answer. */
    double refused() {
      return of("published") - of("acked");
    }

    private double number(String pattern) {
      Matcher matcher = Pattern.compile(pattern).matcher(json);
      if (!matcher.find()) {
        throw new IllegalArgumentException("no " + pattern + " in " + json);
      }
      return Double.parseDouble(matcher.group(1));
    }
  }
}
