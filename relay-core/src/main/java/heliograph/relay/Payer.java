package heliograph.relay;

/**
 * Has a filter asked about an event at the cost of somebody. It is called only where the answer is
 * not known already, so what others have paid for is free. The thread is that of whoever looks at
 * the event.
 */
@FunctionalInterface
interface Payer {
  /** Has filters asked without an account of it. */
  Payer NOBODY = (filter, seen) -> Choice.of(filter.wants(seen));

  /** What came of asking a filter. */
  enum Choice {
    /** The filter chooses the event. */
    WANTED,
    /** The filter does not choose the event. */
    UNWANTED,
    /** The filter was not asked, because whoever has to pay is beyond the budget. */
    LATE;

    /** The choice of a filter that was asked. */
    static Choice of(boolean wanted) {
      return wanted ? WANTED : UNWANTED;
    }
  }

  /** Asks the filter, or answers {@code LATE}. */
  Choice ask(Filter filter, StoredEvent seen);
}
