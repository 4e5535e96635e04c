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

  /**
   * Has the stream end at once, in the middle of a write if need be: what it holds is needed by
   * others, and it has not written that for long. Its client comes back and misses nothing. Any
   * thread calls this, so it must not wait.
   */
  default void giveUp() {
    // A stream that is never held up has nothing to give.
  }
}
