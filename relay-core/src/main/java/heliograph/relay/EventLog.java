package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Tenant;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where accepted events are kept, in order, per tenant. The seam between the relay and what stores
 * its events; every implementation passes the one test class {@code EventLogContract}.
 *
 * <p>Sequences of a tenant start at 1 and have no holes, and none is given out twice. A log may let
 * a tenant go of which no event is left, and forget where it ended; then its next sequences, and
 * those of tenants that it cannot tell from it, begin above. {@link #append} and {@link #trim} are
 * called by the hub's log thread alone; the rest by any thread, at the same time.
 */
public interface EventLog extends AutoCloseable {
  /** The length of an epoch's name, in characters. */
  int EPOCH_LENGTH = 8;

  /**
   * The life of this log: a new one begins when any of its content is lost or may be, so that no
   * sequence stands for two events. Never changes while open.
   */
  String epoch();

  /**
   * Stores the events in one commit. When it returns, they are as durable as the log makes them,
   * and {@link #head} and {@link #read} show them. One with the publisher, tenant, source and id of
   * another that came within the window is a duplicate, and not stored again.
   *
   * @return a receipt for each event, in order
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE; then nothing was stored
   */
  List<Receipt> append(List<Published> events);

  /**
   * Reads on after a place.
   *
   * @param after a sequence of the tenant, from 0 to its head
   * @param max the most events to return
   */
  Page read(Tenant tenant, long after, int max);

  /**
   * The sequence of the tenant's newest event, also when it is gone; before the first the one after
   * which it will begin, mostly 0. No lock and no I/O.
   */
  long head(Tenant tenant);

  /** The sequence of the tenant's oldest event; one past the head when none is left. */
  long oldest(Tenant tenant);

  /**
   * The sequence of the tenant's last event that was stored before a time; the one before the
   * oldest if none was, or if it is gone.
   */
  long before(Tenant tenant, Instant time);

  /**
   * Lets go of what retention no longer covers, a little at a time, and mends what is in trouble.
   * Takes no more than a few milliseconds.
   */
  void trim();

  /** Whether the log knows nothing of the tenant: neither events nor where they ended. */
  boolean isNew(Tenant tenant);

  /** How many tenants the log holds events of, or what they were known by. */
  int tenants();

  /** Why events cannot be stored now; empty while they can. */
  Optional<String> trouble();

  @Override
  void close();

  /** A name for a new life of a log, not used before. */
  static String newEpoch() {
    return new SecureRandom()
        .ints(EPOCH_LENGTH, 0, Character.MAX_RADIX)
        .collect(
            StringBuilder::new,
            (text, digit) -> text.append(Character.forDigit(digit, Character.MAX_RADIX)),
            StringBuilder::append)
        .toString();
  }

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
