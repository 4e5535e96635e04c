package heliograph.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured of one figure, run by run. One thread. */
final class Samples {
  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  double median() {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private double least() {
    return values.stream().mapToDouble(value -> value).min().orElseThrow();
  }

  double most() {
    return values.stream().mapToDouble(value -> value).max().orElseThrow();
  }

  /** As cells of a table: the median, the range and how many. */
  String cells() {
    return "%s | %s to %s | %s"
        .formatted(text(median()), text(least()), text(most()), values.size());
  }

  static String text(double value) {
    int places = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }
}
