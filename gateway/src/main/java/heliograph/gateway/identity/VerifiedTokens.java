package heliograph.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import heliograph.gateway.crypto.Sha256;
import heliograph.gateway.revocation.Life;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Remembers tokens that were verified a short while ago, by their hashes; the tokens themselves are
 * not kept. An entry says what was proven, never that the token is still good: its end and its
 * revocation are checked on every use. An entry is gone when its issuer's keys change. Any thread.
 */
final class VerifiedTokens {
  /** How many tokens there can be, if none is longer than {@link #USUAL_LENGTH}. */
  static final int MAX_TOKENS = 10_000;

  /** A token of up to this many characters counts once; a longer one counts in proportion. */
  static final int USUAL_LENGTH = 1024;

  /** The longest time for which a token is kept. */
  static final Duration MAX_AGE = Duration.ofMinutes(1);

  private final Cache<String, Verified> tokens;

  VerifiedTokens(InstantSource clock, LongSupplier nanos) {
    Ticker ticker = nanos::getAsLong;
    this.tokens =
        Caffeine.newBuilder()
            .maximumWeight((long) MAX_TOKENS * USUAL_LENGTH)
            .weigher((String _, Verified verified) -> Math.max(USUAL_LENGTH, verified.length()))
            .expireAfter(
                Expiry.<String, Verified>creating((_, verified) -> keptFor(verified, clock)))
            .ticker(ticker)
            // The cache's upkeep is short, and needs no thread.
            .executor(Runnable::run)
            .build();
  }

  private static Duration keptFor(Verified verified, InstantSource clock) {
    Instant end = verified.times().expires().plus(Life.SKEW);
    Duration left = Duration.between(clock.instant(), end);
    return left.compareTo(MAX_AGE) < 0 ? left : MAX_AGE;
  }

  /**
   * What was proven of the token; empty if it was not seen lately, or its keys do not serve any
   * more.
   */
  Optional<Verified> find(String token) {
    String hash = hash(token);
    Verified verified = tokens.getIfPresent(hash);
    if (verified == null) {
      return Optional.empty();
    }
    if (!verified.stillStands()) {
      tokens.invalidate(hash);
      return Optional.empty();
    }
    return Optional.of(verified);
  }

  /** Keeps what was proven until the token's end, or for {@link #MAX_AGE} if that is shorter. */
  void keep(String token, Verified verified) {
    tokens.put(hash(token), verified);
  }

  /** How many tokens there are. */
  long size() {
    tokens.cleanUp();
    return tokens.estimatedSize();
  }

  private static String hash(String token) {
    // This is a text of 32 characters, one for each byte, since an array does not compare by its
    // content.
    return new String(Sha256.of(token), StandardCharsets.ISO_8859_1);
  }
}
