package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.revocation.Life;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The times within which a token is good (RFC 7519, section 4.1). Any thread.
 *
 * @param expires when it ends
 * @param notBefore when it begins, if it says
 * @param issued when it was issued, if it says
 */
public record TokenTimes(Instant expires, Optional<Instant> notBefore, Optional<Instant> issued) {

  // This is the end of the year 9999, the last with four digits.
  private static final BigDecimal LAST_SECOND = BigDecimal.valueOf(253_402_300_799L);

  /**
   * Reads the times of a token.
   *
   * @throws RelayException BAD_TOKEN if a time cannot be read, or {@code exp} is missing
   */
  static TokenTimes read(JsonNode payload) {
    return new TokenTimes(
        time(payload, "exp").orElseThrow(() -> bad("the token has no end")),
        time(payload, "nbf"),
        time(payload, "iat"));
  }

  /**
   * The times with an end that comes before any revocation of the token is forgotten.
   *
   * @throws RelayException BAD_TOKEN if the token does not say when it was issued: then nobody
   *     could tell whether its revocation is still known
   */
  TokenTimes within(Life life) {
    Instant last =
        life.end(issued.orElseThrow(() -> bad("the token does not say when it was issued")));
    return new TokenTimes(last.isBefore(expires) ? last : expires, notBefore, issued);
  }

  /**
   * The times of a token whose issuer's tokens are good for so long. If it does not say when it was
   * issued, it was so long before its end: earlier only if the operator is wrong, in which case it
   * is one of the future when it is new, and refused.
   */
  TokenTimes issuedWithin(Duration lifetime) {
    return issued.isPresent()
        ? this
        : new TokenTimes(expires, notBefore, Optional.of(expires.minus(lifetime)));
  }

  /** The time that a claim names; empty if the claim is missing. */
  public static Optional<Instant> time(JsonNode payload, String name) {
    JsonNode claim = payload.path(name);
    if (claim.isMissingNode()) {
      return Optional.empty();
    }
    if (claim.isNumber()) {
      BigDecimal seconds = claim.decimalValue();
      if (seconds.signum() >= 0 && seconds.compareTo(LAST_SECOND) <= 0) {
        // This goes through a double: rounding a number such as 1e-99999999 exactly would take for
        // ever.
        return Optional.of(Instant.ofEpochMilli((long) (seconds.doubleValue() * 1000)));
      }
    }
    throw bad("the " + name + " claim is no time in seconds");
  }

  /**
   * Checks that a token is good now, with a tolerance for clocks that differ.
   *
   * @throws RelayException EXPIRED_TOKEN if its time is over, BAD_TOKEN if it has not begun
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
