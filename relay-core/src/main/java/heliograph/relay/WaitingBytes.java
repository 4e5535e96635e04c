package heliograph.relay;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes of live events that wait to be written, over the whole relay and per tenant, and
 * says who has to fall back to the log. An event counts once, however many wait for it. Any thread.
 *
 * <p>Where the whole is too much, it is those tenants that have to give way which hold more than an
 * equal share, so a tenant that holds little is not held up by others that hold much.
 */
final class WaitingBytes {
  private final Limits.Memory limits;
  private final AtomicLong held = new AtomicLong();
  private final AtomicInteger holders = new AtomicInteger();

  WaitingBytes(Limits.Memory limits) {
    this.limits = limits;
  }

  /** What a tenant has to do for others. */
  enum Room {
    /** There is room. */
    ENOUGH,
    /** Whoever has not kept up must not keep more. */
    SCARCE,
    /** Nobody may keep anything more. */
    NONE
  }

  /** The bytes over the whole relay. */
  long held() {
    return held.get();
  }

  /** Makes the share of a tenant, which holds nothing yet. */
  Share share() {
    return new Share();
  }

  /** What one tenant holds. */
  final class Share {
    private final AtomicLong own = new AtomicLong();

    private Share() {}

    void add(long bytes) {
      if (own.getAndAdd(bytes) == 0) {
        holders.incrementAndGet();
      }
      held.addAndGet(bytes);
    }

    void release(long bytes) {
      if (own.addAndGet(-bytes) == 0) {
        holders.decrementAndGet();
      }
      held.addAndGet(-bytes);
    }

    /** The bytes of this tenant. */
    long own() {
      return own.get();
    }

    /**
     * Whether this tenant may hold more. Those who keep up get a quarter beyond its limit, and half
     * beyond that of the relay, as they hold an event for a moment only. A tenant with half of an
     * equal share or less is never held up by what others hold; so all together hold at most twice
     * the relay's limit.
     */
    Room room() {
      long mine = own.get();
      long all = held.get();
      long equal = limits.waiting() / Math.max(1, holders.get());
      if (mine > limits.waitingPerTenant() + limits.waitingPerTenant() / 4
          || (mine > equal / 2 && all > limits.waiting() + limits.waiting() / 2)) {
        return Room.NONE;
      }
      boolean tooMuch =
          mine > limits.waitingPerTenant() || (all > limits.waiting() && mine > equal);
      return tooMuch ? Room.SCARCE : Room.ENOUGH;
    }
  }
}
