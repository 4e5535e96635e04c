package heliograph.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;

/** What one part of the benchmark found: figures by name, targets, and remarks. One thread. */
final class Figures {
  private final Map<String, Samples> samples = new LinkedHashMap<>();
  private final Map<String, String> verdicts = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  void add(String name, double value) {
    samples.computeIfAbsent(name, _ -> new Samples()).add(value);
  }

  double median(String name) {
    return of(name).median();
  }

  /** Says what the median should be. */
  void target(String name, String target, DoublePredicate met) {
    verdict(name, target, met.test(of(name).median()));
  }

  void atMost(String name, double bound) {
    target(name, "at most " + Samples.text(bound), value -> value <= bound);
  }

  void atLeast(String name, double bound) {
    target(name, "at least " + Samples.text(bound), value -> value >= bound);
  }

  /** Says that this must not be, in any run. */
  void never(String name) {
    verdict(name, "none, in any run", of(name).most() == 0);
  }

  /** Something a reader of the figures has to know. */
  void note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
    }
  }

  private Samples of(String name) {
    Samples found = samples.get(name);
    if (found == null) {
      throw new IllegalArgumentException("nothing was measured of: " + name);
    }
    return found;
  }

  private void verdict(String name, String target, boolean isMet) {
    verdicts.put(name, target + " | " + (isMet ? "met" : "**not met**"));
  }

  /** As Markdown. */
  String table() {
    StringBuilder text = new StringBuilder();
    text.append("| figure | median | range | runs | target | |\n|---|---|---|---|---|---|\n");
    samples.forEach(
        (name, of) ->
            text.append("| %s | %s | %s |\n".formatted(name, of.cells(), verdictOn(name))));
    if (!notes.isEmpty()) {
      text.append('\n');
      notes.forEach(note -> text.append("- **").append(note).append("**\n"));
    }
    return text.toString();
  }

  private String verdictOn(String name) {
    return verdicts.getOrDefault(name, " | ");
  }
}
