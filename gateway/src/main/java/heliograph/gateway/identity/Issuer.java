package heliograph.gateway.identity;

import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import heliograph.gateway.settings.BadConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import tools.jackson.databind.JsonNode;

/** Somebody whose tokens are accepted, and by what they are verified. Any thread. */
sealed interface Issuer extends AutoCloseable permits KeyIssuer, SecretIssuer {
  /**
   * Makes an issuer, which begins nothing yet.
   *
   * @param keys how keys that it publishes are kept
   * @param nanos a clock of elapsed nanoseconds
   * @param before the issuer of this name until now; it is the result if it is written as before
   * @throws BadConfiguration if one of its files with secrets went bad since it was read
   */
  static Issuer of(
      IssuerConfig settings, KeysConfig keys, LongSupplier nanos, Optional<Issuer> before) {
    if (before.filter(it -> it.isOf(settings, keys)).isPresent()) {
      return before.get();
    }
    return settings
        .shared()
        .<Issuer>map(shared -> new SecretIssuer(settings, shared))
        .orElseGet(() -> new KeyIssuer(settings, keys, nanos, before));
  }

  /** Whether it is what these settings would make. */
  boolean isOf(IssuerConfig settings, KeysConfig keys);

  IssuerConfig settings();

  /** What the relay calls it: what its tokens call it, if they do. */
  default String name() {
    return settings().issuer();
  }

  /** Whether its tokens name it, by {@code iss}. */
  default boolean isNamed() {
    return settings().isNamed();
  }

  /** The only values that {@code alg} may have in its tokens (RFC 8725, section 3.1). */
  Set<String> algorithms();

  /** Whether tokens can be verified now. */
  boolean hasKeys();

  /**
   * What verifies tokens now; it is the same object for as long as the keys are the same.
   *
   * @throws RelayException IDENTITY_UNAVAILABLE while there is nothing
   */
  Keys keys();

  /**
   * What verifies tokens after looking whether there is something new, for a token that names an
   * unknown key; may wait.
   *
   * @throws RelayException IDENTITY_UNAVAILABLE if the relay cannot know whether there is
   */
  Keys refreshed();

  /**
   * The times of a token of its own that is to let somebody in.
   *
   * @throws RelayException BAD_TOKEN if a time cannot be read, {@code exp} is missing, or the token
   *     is for something else
   */
  TokenTimes times(JsonNode payload);

  /** Whether its tokens can be those of publishers. */
  boolean hasPublishers();

  /** How it is, for an operator. */
  View view();

  /**
   * What is told of a key.
   *
   * @param id as its issuer names it; empty if it does not
   * @param algorithm those it may be used with
   */
  record KeyName(String id, String algorithm) {}

  /**
   * How an issuer is at one moment.
   *
   * @param shared whether its tokens are signed with secrets that the relay has too
   * @param ready whether tokens can be verified
   * @param keys the keys, or the algorithms of secrets
   * @param fetchedNanos when keys were fetched last, on its clock; empty if never
   * @param changedNanos when fetching began to fail, or to succeed again, on its clock; empty if it
   *     never did
   * @param failing whether the last fetch failed
   * @param lastError what the last fetch failed for that failed; empty if none did
   */
  record View(
      boolean shared,
      boolean ready,
      List<KeyName> keys,
      OptionalLong fetchedNanos,
      OptionalLong changedNanos,
      boolean failing,
      String lastError) {}

  /** Begins to look for keys, if they are elsewhere; does nothing if it has begun. */
  void start();

  /**
   * Waits until tokens can be verified.
   *
   * @return whether that was so in time
   */
  boolean awaitKeys(Duration most);

  @Override
  void close();
}
