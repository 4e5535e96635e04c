package heliograph.relay;

/** Tells a stream that does not wait that there is something for it. */
@FunctionalInterface
public interface Bell {
  /**
   * Notes that there may be something to take. Any thread calls this, the tenant's worker above
   * all, so it must not wait.
   *
   * @param soon whether it should be taken soon, even by a stream that gathers events for a while
   */
  void ring(boolean soon);
}
