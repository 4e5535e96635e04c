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
 * Tokens that were verified a short while ago, under their hashes; the tokens themselves are not
 * kept. An entry says what was proven, never that it still holds: its end and its standing are
 * looked at on every use, and with its issuer's keys it is gone. Any thread.
 */
final class VerifiedTokens {
  /** How many there can be, while none is longer than {@link #USUAL_LENGTH}. */
  static final int MAX_TOKENS = 10_000;

  /** A token of so many characters counts once, a longer one for as much as it is longer. */
  static final int USUAL_LENGTH = 1024;

  /** How long one is kept at most. */
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
            // Its upkeep is short, and needs no thread.
            .executor(Runnable::run)
            .build();
  }

  private static Duration keptFor(Verified verified, InstantSource clock) {
    Instant end = verified.times().expires().plus(Life.SKEW);
    Duration left = Duration.between(clock.instant(), end);
    return left.compareTo(MAX_AGE) < 0 ? left : MAX_AGE;
  }

  /** What was proven of the token, if it was a short while ago and by keys that still serve. */
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

  /** Keeps what was proven until the token's end, or for as long as it can be kept. */
  void keep(String token, Verified verified) {
    tokens.put(hash(token), verified);
  }

  /** How many there are. */
  long size() {
    tokens.cleanUp();
    return tokens.estimatedSize();
  }

  private static String hash(String token) {
    // A text of 32 characters, one for each byte: a key that compares by what is in it.
    return new String(Sha256.of(token), StandardCharsets.ISO_8859_1);
  }
}
