package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentitySettings.IssuerSettings;
import heliograph.gateway.identity.IdentitySettings.KeySettings;
import heliograph.gateway.identity.KeyEndpoint.Fetched;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One identity provider and its signing keys. A thread of its own fetches them: again and again,
 * and sooner when a token names a key that is not among them. A provider that is down does not take
 * away keys that were fetched before, until they are so old that nobody knows whether they still
 * are its keys. Any thread.
 */
final class Issuer implements AutoCloseable {
  /** How long to wait after the first fetch that failed; it doubles once there are keys. */
  static final Duration RETRY = Duration.ofSeconds(2);

  /** The longest wait after a fetch that failed, while older keys serve. */
  static final Duration MAX_RETRY = Duration.ofMinutes(1);

  /** At most one fetch in this time is made for tokens that name unknown keys. */
  static final Duration COOLDOWN = Duration.ofSeconds(10);

  /** How long a request with such a token waits for that fetch. */
  static final Duration MAX_WAIT = Duration.ofSeconds(5);

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final IssuerSettings settings;
  private final KeySettings keySettings;
  private final KeyEndpoint endpoint;
  private final LongSupplier nanos;
  private volatile @Nullable KeySet held;
  private volatile @Nullable Long failingSinceNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turn = lock.newCondition();
  private final Condition done = lock.newCondition();
  // Guarded by lock.
  private boolean closed;
  private boolean asked;
  private boolean fetching;
  private long fetches;
  private @Nullable Long askedAtNanos;

  // On the issuer's own thread.
  private Duration retry = RETRY;
  private String told = "";

  Issuer(IssuerSettings settings, KeySettings keySettings, LongSupplier nanos) {
    this.settings = settings;
    this.keySettings = keySettings;
    this.endpoint = new KeyEndpoint(settings, nanos);
    this.nanos = nanos;
  }

  String name() {
    return settings.issuer();
  }

  IssuerSettings settings() {
    return settings;
  }

  boolean hasKeys() {
    return serving().isPresent();
  }

  /**
   * The keys that serve now; the same object for as long as they are the same keys.
   *
   * @throws RelayException IDENTITY_UNAVAILABLE while there are none
   */
  KeySet keys() {
    return serving().orElseThrow(() -> unavailable("the issuer's keys are not here yet"));
  }

  private Optional<KeySet> serving() {
    Long since = failingSinceNanos;
    return since == null || nanos.getAsLong() - since <= keySettings.outage().toNanos()
        ? Optional.ofNullable(held)
        : Optional.empty();
  }

  /**
   * The keys after a look whether there are new ones, for a token that names a key which is not
   * among them. Asks for a fetch and waits for it, but not for one so soon after another: tokens
   * with made-up keys cost nothing, and the provider no more than that.
   *
   * @throws RelayException IDENTITY_UNAVAILABLE if it cannot be known whether there are new ones
   */
  KeySet refreshed() {
    lock.lock();
    try {
      if (!asked) {
        ask();
      }
      if (!asked && !fetching) {
        checkKnown();
        return keys();
      }
      // One that runs by itself may have begun before the key was there.
      long next = asked && fetching ? fetches + 2 : fetches + 1;
      long left = MAX_WAIT.toNanos();
      while (fetches < next && !closed && left > 0) {
        left = done.awaitNanos(left);
      }
      if (fetches < next) {
        throw unavailable("the issuer's keys could not be fetched in time");
      }
      checkKnown();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw unavailable("the relay is stopping");
    } finally {
      lock.unlock();
    }
    return keys();
  }

  /** Asks the issuer's thread for a fetch, if the last time is long enough ago. */
  private void ask() {
    long now = nanos.getAsLong();
    Long last = askedAtNanos;
    if (last == null || now - last >= COOLDOWN.toNanos()) {
      askedAtNanos = now;
      asked = true;
      turn.signal();
    }
  }

  /** A key that is not among older keys may well be one of the provider's. */
  private void checkKnown() {
    if (failingSinceNanos != null) {
      throw unavailable("the issuer's keys could not be fetched anew");
    }
  }

  private static RelayException unavailable(String detail) {
    return RelayException.retryAfter(ErrorCode.IDENTITY_UNAVAILABLE, detail, RETRY);
  }

  /**
   * Begins to fetch the keys, and goes on until closed; not on a virtual thread, as the first fetch
   * looks into jars ({@code FirstUse} tells why).
   */
  void start() {
    Thread.ofPlatform().name("heliograph-keys").daemon(true).start(this::run);
  }

  private void run() {
    try {
      Duration wait = Duration.ZERO;
      while (awaitTurn(wait)) {
        wait = next(fetch());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitTurn(Duration wait) throws InterruptedException {
    lock.lock();
    try {
      long left = wait.toNanos();
      while (left > 0 && !asked && !closed) {
        left = turn.awaitNanos(left);
      }
      asked = false;
      fetching = true;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private Optional<Fetched> fetch() {
    Optional<Fetched> fetched = Optional.empty();
    try {
      fetched = Optional.of(endpoint.fetch());
      take(fetched.get().keys());
      told = "";
    } catch (RuntimeException | IOException e) {
      // Whatever it is that the provider, the network or a key set does: it is told, and tried
      // again.
      tell(String.valueOf(e.getMessage()));
    } finally {
      lock.lock();
      try {
        fetching = false;
        if (fetched.isPresent()) {
          failingSinceNanos = null;
        } else if (failingSinceNanos == null) {
          failingSinceNanos = nanos.getAsLong();
        }
        fetches++;
        done.signalAll();
      } finally {
        lock.unlock();
      }
    }
    return fetched;
  }

  /** Once, until it is well again or something else is wrong. */
  private void tell(String cause) {
    if (!cause.equals(told)) {
      told = cause;
      LOGGER.log(
          System.Logger.Level.WARNING, "issuer-keys-failed issuer={0} cause={1}", name(), cause);
    }
  }

  private void take(KeySet fetched) {
    KeySet before = held;
    if (before != null && before.hasSameKeysAs(fetched)) {
      return;
    }
    held = fetched;
    LOGGER.log(
        System.Logger.Level.INFO,
        "{0} issuer={1} keys={2} left-out={3}",
        before == null ? "issuer-keys" : "issuer-keys-changed",
        name(),
        fetched.size(),
        fetched.leftOut());
  }

  /** How long to wait until the next fetch. */
  private Duration next(Optional<Fetched> fetched) {
    if (fetched.isPresent()) {
      retry = RETRY;
      return fetched.get().freshFor(keySettings.refresh());
    }
    Duration wait = retry;
    if (hasKeys()) {
      Duration doubled = retry.multipliedBy(2);
      retry = doubled.compareTo(MAX_RETRY) < 0 ? doubled : MAX_RETRY;
    }
    return wait;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      turn.signalAll();
      done.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
