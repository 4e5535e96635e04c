package heliograph.relay;

import heliograph.contract.Event;
import java.util.List;

/**
 * An event as it is handed to the log, with who sent it. The sender is never shown to a subscriber:
 * it is there to tell one publisher's events from another's.
 *
 * @param publisher the name by which the relay knows who sent it
 */
public record Published(String publisher, Event event) {
  /** Events of one publisher. */
  public static List<Published> all(String publisher, List<Event> events) {
    return events.stream().map(event -> new Published(publisher, event)).toList();
  }
}
