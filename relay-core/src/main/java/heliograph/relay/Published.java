package heliograph.relay;

import heliograph.contract.Event;
import java.util.List;

/**
 * An event as it is handed to the log, with the publisher that sent it. The publisher is never
 * shown to a subscriber: it is there to tell one publisher's events from another's.
 *
 * @param publisher the name by which the relay knows the publisher
 */
public record Published(String publisher, Event event) {
  /** Makes all events those of one publisher. */
  public static List<Published> all(String publisher, List<Event> events) {
    return events.stream().map(event -> new Published(publisher, event)).toList();
  }
}
