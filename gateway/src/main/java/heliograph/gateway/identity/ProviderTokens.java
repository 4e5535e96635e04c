package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentityConfig.ClaimPlaces;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import heliograph.gateway.identity.TokenVerifier.Proven;
import heliograph.gateway.identity.TokenVerifier.Purpose;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Verifies tokens of a provider whose people are no subscribers, by its keys, which are fetched
 * again as those of any issuer are. Any thread.
 */
public final class ProviderTokens implements AutoCloseable {
  // Nothing is read there.
  private static final JsonPointer NOWHERE = JsonPointer.empty();

  private final KeyIssuer issuer;
  private final TokenVerifier verifier;
  private final InstantSource clock;

  /**
   * Makes the provider; {@link #start} begins to fetch its keys.
   *
   * @param name the {@code iss} of its tokens, from which OIDC discovery begins
   * @param audiences those of which {@code aud} has to have one
   * @param keys how its keys are kept
   * @param nanos a clock of elapsed nanoseconds
   */
  public ProviderTokens(
      URI name, List<String> audiences, KeysConfig keys, InstantSource clock, LongSupplier nanos) {
    IssuerConfig settings =
        new IssuerConfig(
            name.toString(),
            audiences,
            Optional.empty(),
            new ClaimPlaces(NOWHERE, List.of(), NOWHERE),
            Set.of(),
            Optional.empty(),
            SubjectPrefix.NONE,
            Optional.empty());
    this.issuer = new KeyIssuer(settings, keys, nanos);
    this.verifier = new TokenVerifier(List.of(issuer));
    this.clock = clock;
  }

  /**
   * What a token says that is good.
   *
   * @param expires when it ends
   */
  public record Verified(JsonNode payload, Instant expires) {}

  /**
   * Verifies a token.
   *
   * @param audience what {@code aud} has to have
   * @throws RelayException BAD_TOKEN, EXPIRED_TOKEN or IDENTITY_UNAVAILABLE
   */
  public Verified verify(String token, String audience) {
    Proven proven = verifier.verify(token, Purpose.ACCESS);
    JsonNode payload = proven.payload();
    if (!isFor(payload.path("aud"), audience)) {
      throw new RelayException(ErrorCode.BAD_TOKEN, "the token is not for this relay");
    }
    TokenTimes times = TokenTimes.read(payload);
    times.check(clock.instant());
    return new Verified(payload, times.expires());
  }

  private static boolean isFor(JsonNode claim, String audience) {
    if (!claim.isArray()) {
      return claim.stringValue("").equals(audience);
    }
    boolean named = false;
    for (JsonNode one : claim) {
      named |= one.stringValue("").equals(audience);
    }
    return named;
  }

  /** Begins to fetch the keys. */
  public void start() {
    issuer.start();
  }

  @Override
  public void close() {
    issuer.close();
  }
}
