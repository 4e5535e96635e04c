package heliograph.relay;

/** How a stream that does not wait learns that there is something for it. */
@FunctionalInterface
public interface Bell {
  /**
   * Leaves a mark that there may be something. By any thread, the log thread above all: it must not
   * wait.
   *
   * @param urgent whether it should be taken soon, also by a stream that takes its time
   */
  void ring(boolean urgent);
}
