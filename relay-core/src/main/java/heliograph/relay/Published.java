package heliograph.relay;

import heliograph.contract.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * An event as it is handed to the log, with the publisher that sent it. The publisher is never
 * shown to a subscriber: it is there to tell one publisher's events from another's.
 *
 * @param publisher the name by which the relay knows the publisher
 * @param nanos when the publisher handed it over, on the hub's clock of nanoseconds; 0 if nobody
 *     measures from there
 * @param trace follows the event while it is on its way; a log does not keep it
 */
public record Published(String publisher, Event event, long nanos, Trace trace) {
  /** Makes one that nobody follows. */
  public Published(String publisher, Event event, long nanos) {
    this(publisher, event, nanos, Trace.NONE);
  }

  /** Makes one of which nobody measures how long it takes. */
  public Published(String publisher, Event event) {
    this(publisher, event, 0);
  }

  /** Makes all events those of one publisher, handed over at a time of the hub's clock. */
  public static List<Published> all(String publisher, List<Event> events, long nanos) {
    return events.stream().map(event -> new Published(publisher, event, nanos)).toList();
  }

  /**
   * Makes all events those of one publisher, handed over at a time of the hub's clock.
   *
   * @param traces what follows each of the events, in their order
   */
  static List<Published> all(String publisher, List<Event> events, long nanos, List<Trace> traces) {
    List<Published> all = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      all.add(new Published(publisher, events.get(i), nanos, traces.get(i)));
    }
    return all;
  }
}
