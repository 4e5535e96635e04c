package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import heliograph.gateway.identity.KeyEndpoint.Fetched;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An identity provider and its signing keys. A platform thread of its own fetches the keys again
 * and again, and sooner when a token names a key that is not among them. While the provider is
 * down, keys that were fetched before serve on, until they are so old that they may no longer be
 * the provider's. Any thread.
 */
final class KeyIssuer implements Issuer {
  /**
   * How long to wait after the first fetch that failed; the wait doubles with each further failure
   * once there are keys.
   */
  static final Duration RETRY = Duration.ofSeconds(2);

  /** The longest wait after a fetch that failed, while older keys serve. */
  static final Duration MAX_RETRY = Duration.ofMinutes(1);

  /** At most one fetch in this time is made for tokens that name unknown keys. */
  static final Duration COOLDOWN = Duration.ofSeconds(10);

  /** How long a request with such a token waits for that fetch. */
  static final Duration MAX_WAIT = Duration.ofSeconds(5);

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final IssuerConfig settings;
  private final KeysConfig keySettings;
  private final KeyEndpoint endpoint;
  private final LongSupplier nanos;
  private volatile @Nullable KeySet held;
  private volatile @Nullable Long failingSinceNanos;
  // What an operator is told beside these.
  private volatile @Nullable Long fetchedNanos;
  private volatile @Nullable Long changedNanos;
  private volatile String lastError = "";

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turn = lock.newCondition();
  private final Condition done = lock.newCondition();
  // These are guarded by lock.
  private boolean closed;
  private boolean started;
  private boolean asked;
  private boolean fetching;
  private long fetches;
  private @Nullable Long askedAtNanos;

  // These are owned by the issuer's own thread.
  private Duration retry = RETRY;
  private String told = "";

  KeyIssuer(IssuerConfig settings, KeysConfig keySettings, LongSupplier nanos) {
    this(settings, keySettings, nanos, Optional.empty());
  }

  /**
   * Makes the issuer.
   *
   * @param before the issuer of this name until now; if the keys are where they were, its keys
   *     serve until they are fetched anew
   */
  KeyIssuer(
      IssuerConfig settings, KeysConfig keySettings, LongSupplier nanos, Optional<Issuer> before) {
    this.settings = settings;
    this.keySettings = keySettings;
    this.endpoint = new KeyEndpoint(settings, nanos);
    this.nanos = nanos;
    if (before.isPresent()
        && before.get() instanceof KeyIssuer old
        && old.settings.jwksUri().equals(settings.jwksUri())) {
      this.held = old.held;
      this.failingSinceNanos = old.failingSinceNanos;
    }
  }

  @Override
  public boolean isOf(IssuerConfig other, KeysConfig keys) {
    return settings.equals(other) && keySettings.equals(keys);
  }

  @Override
  public IssuerConfig settings() {
    return settings;
  }

  @Override
  public Set<String> algorithms() {
    return VerifyingKey.ALGORITHMS;
  }

  @Override
  public TokenTimes times(JsonNode payload) {
    return TokenTimes.read(payload);
  }

  @Override
  public boolean hasPublishers() {
    return true;
  }

  @Override
  public boolean hasKeys() {
    return serving().isPresent();
  }

  @Override
  public KeySet keys() {
    return serving().orElseThrow(() -> unavailable("the issuer's keys are not here yet"));
  }

  private Optional<KeySet> serving() {
    Long since = failingSinceNanos;
    return since == null || nanos.getAsLong() - since <= keySettings.outage().toNanos()
        ? Optional.ofNullable(held)
        : Optional.empty();
  }

  @Override
  public View view() {
    KeySet keys = held;
    return new View(
        false,
        hasKeys(),
        keys == null ? List.of() : keys.names(),
        optional(fetchedNanos),
        optional(changedNanos),
        failingSinceNanos != null,
        lastError);
  }

  private static OptionalLong optional(@Nullable Long nanos) {
    return nanos == null ? OptionalLong.empty() : OptionalLong.of(nanos);
  }

  /**
   * The keys after looking whether there are new ones, for a token that names an unknown key. It
   * asks for a fetch and waits for it, unless one was made less than {@link #COOLDOWN} ago for such
   * a token: tokens with made-up keys must cost neither the relay nor the provider more than that.
   *
   * @throws RelayException IDENTITY_UNAVAILABLE if the relay cannot know whether there are new keys
   */
  @Override
  public KeySet refreshed() {
    lock.lock();
    try {
      if (!asked) {
        ask();
      }
      if (!asked && !fetching) {
        checkKnown();
        return keys();
      }
      // A fetch that is running may have begun before the provider had the key, so this waits for
      // the next one.
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

  /** Asks the issuer's thread for a fetch, if the last request for one is long enough ago. */
  private void ask() {
    long now = nanos.getAsLong();
    Long last = askedAtNanos;
    if (last == null || now - last >= COOLDOWN.toNanos()) {
      askedAtNanos = now;
      asked = true;
      turn.signal();
    }
  }

  /** Refuses to call a key unknown while fetches fail: it may be a new key of the provider. */
  private void checkKnown() {
    if (failingSinceNanos != null) {
      throw unavailable("the issuer's keys could not be fetched anew");
    }
  }

  private static RelayException unavailable(String detail) {
    return RelayException.retryAfter(ErrorCode.IDENTITY_UNAVAILABLE, detail, RETRY);
  }

  /**
   * Begins to fetch the keys, and goes on until closed. This needs a platform thread, as the first
   * fetch looks into jars; {@code FirstUse} tells why a virtual thread must not.
   */
  @Override
  public void start() {
    lock.lock();
    try {
      if (started) {
        return;
      }
      started = true;
    } finally {
      lock.unlock();
    }
    Thread.ofPlatform().name("heliograph-keys").daemon(true).start(this::run);
  }

  @Override
  public boolean awaitKeys(Duration most) {
    lock.lock();
    try {
      long left = most.toNanos();
      while (!hasKeys() && !closed && left > 0) {
        left = done.awaitNanos(left);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    return hasKeys();
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
      // Whatever the provider, the network or a key set does wrong is logged, and the fetch is
      // tried again.
      tell(String.valueOf(e.getMessage()));
    } finally {
      lock.lock();
      try {
        fetching = false;
        long now = nanos.getAsLong();
        if (fetched.isPresent()) {
          if (failingSinceNanos != null || fetchedNanos == null) {
            changedNanos = now;
          }
          fetchedNanos = now;
          failingSinceNanos = null;
        } else if (failingSinceNanos == null) {
          changedNanos = now;
          failingSinceNanos = now;
        }
        fetches++;
        done.signalAll();
      } finally {
        lock.unlock();
      }
    }
    return fetched;
  }

  /** Logs a failure, once until it is over or another one takes its place. */
  private void tell(String cause) {
    lastError = cause;
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
