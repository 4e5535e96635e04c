package heliograph.gateway.stream;

import heliograph.contract.Dialect;
import heliograph.contract.Frame;
import heliograph.relay.StoredEvent;
import java.util.List;

/** How events that are written together become frames. Any thread. */
@FunctionalInterface
interface Framing {
  /** One frame for each event, in order, which is made once for all streams of a dialect. */
  Framing EACH = (events, dialect) -> events.stream().map(stored -> stored.frame(dialect)).toList();

  /** Makes the frames of some events, at least one, in order. */
  List<Frame> frames(List<StoredEvent> events, Dialect dialect);
}
