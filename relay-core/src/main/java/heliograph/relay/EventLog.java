package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Tenant;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Keeps accepted events, in order, per tenant. This is the seam between the relay and what stores
 * its events; every implementation passes the one test class {@code EventLogContract}.
 *
 * <p>The sequences of a tenant start at 1 and have no holes, and none is given out twice. A log may
 * let a tenant go of which no event is left, and forget where it ended. The next sequences of that
 * tenant, and of every tenant that the log cannot tell from it, then begin above that place. Only
 * the hub's log thread calls {@link #append} and {@link #trim}; any thread calls the rest, at the
 * same time.
 */
public interface EventLog extends AutoCloseable {
  /** The length of an epoch's name, in characters. */
  int EPOCH_LENGTH = 8;

  /**
   * The name of this life of the log. A new life begins when some of the log's content is lost or
   * may be, so that no sequence stands for two events. Where that happens while the log is open,
   * the follower is shown it. It takes no lock and no I/O.
   */
  String epoch();

  /**
   * Has a follower told of every event that is stored from now on, whoever stores it. This is
   * called once, before the first {@link #append}. The events of a tenant are shown one after the
   * other, in order, and each after {@link #head} and {@link #read} have it. A log that is written
   * to by this process alone shows within {@code append}.
   *
   * @param shown takes what is shown; it does not wait and does not throw
   */
  void follow(Consumer<Shown> shown);

  /**
   * Stores the events in one commit. When this returns, they are as durable as the log makes them.
   * An event with the publisher, tenant, source and id of another one that came within the window
   * is a duplicate, which is not stored again.
   *
   * @return a receipt for each event, in order
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE, and then nothing was stored
   */
  List<Receipt> append(List<Published> events);

  /**
   * Reads the events after a place.
   *
   * @param after a sequence of the tenant, from 0 to its head
   * @param max the most events to return
   * @param maxBytes the most bytes of events to return, by {@link heliograph.contract.Event#size};
   *     one event is returned however large it is
   */
  Page read(Tenant tenant, long after, int max, long maxBytes);

  /**
   * The sequence of the tenant's newest event that is shown, or is just about to be, even if that
   * is gone. Before the first event it is the sequence after which the tenant will begin, which is
   * 0 for most. It takes no lock and no I/O.
   */
  long head(Tenant tenant);

  /** The sequence of the tenant's oldest event, or one past the head when none is left. */
  long oldest(Tenant tenant);

  /**
   * The sequence of the tenant's last event that was stored before a time, or the one before the
   * oldest event if there is none left.
   */
  long before(Tenant tenant, Instant time);

  /**
   * Drops a part of what retention no longer covers, and tries to mend what is in trouble. It takes
   * no more than a few milliseconds.
   */
  void trim();

  /** Whether the log knows nothing of the tenant: neither events nor where they ended. */
  boolean isNew(Tenant tenant);

  /** How many tenants the log holds events or dedup keys of. */
  int tenants();

  /** Why events cannot be stored now; empty while they can be. */
  Optional<String> trouble();

  /**
   * Since when events can be stored, or since when they cannot; empty if that was not always so and
   * the log does not know.
   */
  default Optional<Instant> troubleChanged() {
    return Optional.empty();
  }

  /**
   * The tenants that the log holds events or dedup keys of; those that come meanwhile may be
   * missing. An operator asks this. It takes no lock that {@link #append} waits for.
   */
  default Collection<Tenant> held() {
    return List.of();
  }

  /**
   * What the log holds of a tenant, as of a moment ago. An operator asks this. It takes no lock
   * that {@link #append} waits for, and no I/O.
   */
  default Holding holding(Tenant tenant) {
    return new Holding(oldest(tenant), head(tenant));
  }

  /**
   * The bytes of a tenant's events, by {@link heliograph.contract.Event#size}; empty if the log
   * does not know. An operator asks this. It takes no lock that {@link #append} waits for, and may
   * read from a disk.
   */
  default OptionalLong storedBytes(Tenant tenant) {
    return OptionalLong.empty();
  }

  /**
   * When an event was stored; empty if it is gone, or the log does not know. An operator asks this.
   * It takes no lock that {@link #append} waits for, and may read from a disk.
   */
  default Optional<Instant> storedAt(Tenant tenant, long sequence) {
    return Optional.empty();
  }

  /**
   * What is told of the store itself, in the store's own words, such as bytes and files; empty if
   * there is none. An operator asks this, and it may read from a disk.
   */
  default Map<String, Long> figures() {
    return Map.of();
  }

  /** Closes the log. A second call does nothing. */
  @Override
  void close();

  /** Makes a name for a new life of a log, which no life had before. */
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
   * The part of a tenant's log that can be read.
   *
   * @param oldest the sequence of the oldest event, or one past the head when none is left
   * @param head the sequence of the newest event
   */
  record Holding(long oldest, long head) {
    /** How many events it is. */
    public long events() {
      return Math.max(0, head - oldest + 1);
    }
  }

  /**
   * A stretch of a tenant's log without holes.
   *
   * @param first the sequence that the stretch begins with. It is greater than what was asked for
   *     when older events are gone, and one past the head when there is nothing to read
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
