package heliograph.benchmark;

/** A part of the benchmark that can be run by itself, and is a section of the results. */
interface Part {
  /** The heading of its section. */
  String title();

  /** How it was measured, in Markdown; asked for after measuring. */
  String how();

  /** Takes every figure, several times and in turn. */
  void measure(Figures figures) throws Exception;
}
