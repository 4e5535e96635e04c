package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.gateway.access.Rechecks.Check;
import io.helidon.http.HeaderName;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The subscriber that a request comes from.
 *
 * @param claims its claims, which are verified
 * @param token the token that it brought by itself, to be passed on to other servers on its behalf;
 *     empty for a ticket or a session
 * @param checks what is to be checked again while a stream of it is open
 * @param spend uses up a credential that is good once; throws a {@link
 *     heliograph.contract.RelayException} if another request was faster
 * @param passes the headers of its request that other servers may be told: a credential that was
 *     not read may be somebody else's
 * @param on whether what it asks for is switched on for it
 */
public record Caller(
    Claims claims,
    Optional<String> token,
    List<Check> checks,
    Runnable spend,
    Predicate<HeaderName> passes,
    boolean on) {
  /** Copies the checks. */
  public Caller {
    checks = List.copyOf(checks);
  }

  /** Makes a caller whose credential is good more than once, and whose headers were all read. */
  Caller(Claims claims, Optional<String> token, List<Check> checks) {
    this(claims, token, checks, () -> {});
  }

  /** Makes a caller whose headers were all read. */
  Caller(Claims claims, Optional<String> token, List<Check> checks, Runnable spend) {
    this(claims, token, checks, spend, _ -> true, true);
  }

  /** This caller, of whose headers only those were read that the policy reads. */
  Caller by(CredentialPolicy policy) {
    return new Caller(claims, token, checks, spend, policy::passes, on);
  }

  /** This caller, for whom it was found out whether what it asks for is on. */
  Caller switched(boolean isOn) {
    return new Caller(claims, token, checks, spend, passes, isOn);
  }

  /** Describes the caller without its token, which is a secret. */
  @Override
  public String toString() {
    return "a caller";
  }
}
