package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.revocation.Life;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * When a token holds (RFC 7519 section 4.1). Any thread.
 *
 * @param expires from then on it does not
 * @param notBefore before then it does not
 * @param issued when it was given out, if it says
 */
public record TokenTimes(Instant expires, Optional<Instant> notBefore, Optional<Instant> issued) {

  // To the end of the year 9999, the last that has four digits.
  private static final BigDecimal LAST_SECOND = BigDecimal.valueOf(253_402_300_799L);

  /**
   * @throws RelayException BAD_TOKEN if a time cannot be read, or there is no end
   */
  static TokenTimes read(JsonNode payload) {
    return new TokenTimes(
        time(payload, "exp").orElseThrow(() -> bad("the token has no end")),
        time(payload, "nbf"),
        time(payload, "iat"));
  }

  /**
   * The same, with an end that no revocation is forgotten before.
   *
   * @throws RelayException BAD_TOKEN if it does not say when it was issued: then nobody could tell
   *     whether what took it back is still known
   */
  TokenTimes within(Life life) {
    Instant last =
        life.end(issued.orElseThrow(() -> bad("the token does not say when it was issued")));
    return new TokenTimes(last.isBefore(expires) ? last : expires, notBefore, issued);
  }

  /** The time that a claim names; empty without the claim. */
  public static Optional<Instant> time(JsonNode payload, String name) {
    JsonNode claim = payload.path(name);
    if (claim.isMissingNode()) {
      return Optional.empty();
    }
    if (claim.isNumber()) {
      BigDecimal seconds = claim.decimalValue();
      if (seconds.signum() >= 0 && seconds.compareTo(LAST_SECOND) <= 0) {
        // By way of a double: rounding a number such as 1e-99999999 exactly would take for ever.
        return Optional.of(Instant.ofEpochMilli((long) (seconds.doubleValue() * 1000)));
      }
    }
    throw bad("the " + name + " claim is no time in seconds");
  }

  /**
   * @throws RelayException EXPIRED_TOKEN or BAD_TOKEN if it does not hold now, by any clock within
   *     the tolerance
   */
  void check(Instant now) {
    if (!now.isBefore(expires.plus(Life.SKEW))) {
      throw new RelayException(ErrorCode.EXPIRED_TOKEN, "the token's time is over");
    }
    Instant latest = now.plus(Life.SKEW);
    if (notBefore.filter(latest::isBefore).isPresent()) {
      throw bad("the token is not valid yet");
    }
    if (issued.filter(latest::isBefore).isPresent()) {
      throw bad("the token is of the future");
    }
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }
}
