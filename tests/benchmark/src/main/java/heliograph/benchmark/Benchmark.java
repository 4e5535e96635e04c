package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs parts of the benchmark and writes two files of Markdown for each: its section of the
 * results, and its row of the table that tells what was measured when. {@code tests/benchmark/run}
 * starts it and puts them together.
 */
public final class Benchmark {
  private Benchmark() {}

  /** Arguments: the relay's jar, a folder to work in, the folder of the tools, and the parts. */
  public static void main(String[] args) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Settings settings =
        new Settings(
            java,
            Path.of(args[0]),
            Path.of(args[1]),
            Path.of(args[2]),
            Settings.Span.fromProperties());
    Files.createDirectories(settings.work());
    Runtime.getRuntime().addShutdownHook(new Thread(Server::stopChildren));
    try (Issuer issuer = new Issuer()) {
      for (String name : List.of(args).subList(3, args.length)) {
        write(name, part(name, settings, issuer), settings.work());
      }
    }
  }

  private static Part part(String name, Settings settings, Issuer issuer) {
    return switch (name) {
      case "publish" -> new Publishing(settings, issuer);
      case "store" -> new Storing(settings, issuer);
      case "fanout" -> new Fanout(settings, issuer);
      case "rules" -> new Rules(settings, issuer);
      case "profiles" -> new Profiles(settings, issuer);
      case "idle" -> new Idle(settings, issuer);
      case "revocations" -> new Revoking(settings, issuer);
      case "console" -> new Console(settings, issuer);
      case "cold" -> new Cold(settings, issuer);
      case "half" -> new Half(settings, issuer);
      case "worst" -> new Worst(settings, issuer);
      case "neighbours" -> new Neighbours(settings, issuer);
      case "soak" -> new Soak(settings, issuer);
      case "attacks" -> new Attacks(settings, issuer);
      default -> throw new IllegalArgumentException("no such part: " + name);
    };
  }

  private static void write(String name, Part part, Path work) throws Exception {
    Instant from = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    String before = load();
    Ticks ticks = Ticks.now();
    Figures figures = new Figures();
    part.measure(figures);
    String row =
        """
        | [%s](#%s) | %s | %s | %s s | %s | %s, %s | %.0f %% |
        """
            .formatted(
                part.title(),
                part.title().toLowerCase(Locale.ROOT).replace(' ', '-'),
                from,
                System.getProperty("commit", "unknown"),
                from.until(Instant.now(), ChronoUnit.SECONDS),
                System.getProperty("machine", "an unknown machine"),
                before,
                load(),
                100 * Ticks.now().stolenSince(ticks));
    Files.writeString(work.resolve(name + ".row"), row);
    Files.writeString(work.resolve(name + ".md"), section(part, figures));
  }

  private static String section(Part part, Figures figures) {
    return """
    ## %s

    The relay's JVM: `%s %s`.

    %s
    %s
    """
        .formatted(
            part.title(),
            String.join(" ", Relay.JVM),
            Relay.START_CACHE,
            figures.table(),
            part.how());
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
  }

  /** What all processors have spent so far (proc(5)): on others than this machine, and in all. */
  private record Ticks(long stolen, long all) {
    private static final int FIRST = 1;
    private static final int STEAL = 8;

    static Ticks now() throws IOException {
      String[] cpu = Files.readString(Path.of("/proc/stat")).split(" +", STEAL + 2);
      long[] ticks = Arrays.stream(cpu, FIRST, STEAL + 1).mapToLong(Long::parseLong).toArray();
      return new Ticks(ticks[STEAL - FIRST], Arrays.stream(ticks).sum());
    }

    double stolenSince(Ticks before) {
      return (double) (stolen - before.stolen) / Math.max(1, all - before.all);
    }
  }

  /** Tells who waits what is being done. */
  static void say(String what) {
    System.err.println("benchmark: " + what);
  }
}
