package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Tenant;
import java.util.List;

/**
 * Where accepted events are kept, in order, per tenant. The seam between the relay and what stores
 * its events; every implementation passes the one test class {@code EventLogContract}.
 *
 * <p>Sequences of a tenant start at 1 and have no holes. {@link #append} and {@link #trim} are
 * called by the hub's log thread alone; the rest by any thread, at the same time.
 */
public interface EventLog extends AutoCloseable {
  /** The life of this log: a new one begins when its content is lost. Never changes while open. */
  String epoch();

  /**
   * Stores the events in one commit. When it returns, they are as durable as the log makes them,
   * and {@link #head} and {@link #read} show them.
   *
   * @return a receipt for each event, in order
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE; then nothing was stored
   */
  List<Receipt> append(List<Event> events);

  /**
   * Reads on after a place.
   *
   * @param after a sequence of the tenant, from 0 to its head
   * @param max the most events to return
   */
  Page read(Tenant tenant, long after, int max);

  /** The sequence of the tenant's newest event; 0 before the first. */
  long head(Tenant tenant);

  /** Lets go of what retention no longer covers. */
  void trim();

  @Override
  void close();

  /** The tenant's place with that sequence in this life of the log. */
  default Cursor cursor(long sequence) {
    return new Cursor(epoch(), sequence);
  }

  /**
   * A stretch of a tenant's log without holes.
   *
   * @param first the sequence it begins with. Greater than asked for when older events are gone,
   *     and one past the head when there is nothing to read
   */
  record Page(long first, List<StoredEvent> events) {
    public Page {
      events = List.copyOf(events);
    }

    /** The sequence of the last event, or the one before {@code first} when there is none. */
    public long last() {
      return first + events.size() - 1;
    }
  }
}
