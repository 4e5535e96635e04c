package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.gateway.access.Rechecks.Check;
import java.util.List;
import java.util.Optional;

/**
 * The subscriber that a request comes from.
 *
 * @param claims its claims, which are verified
 * @param token the token that it showed, to be passed on to other servers on its behalf; empty for
 *     a ticket or a session
 * @param checks what is to be checked again while a stream of it is open
 * @param spend uses up a credential that is good once; throws a {@link
 *     heliograph.contract.RelayException} if another request was faster
 */
public record Caller(Claims claims, Optional<String> token, List<Check> checks, Runnable spend) {
  /** Copies the checks. */
  public Caller {
    checks = List.copyOf(checks);
  }

  /** Makes a caller whose credential is good more than once. */
  Caller(Claims claims, Optional<String> token, List<Check> checks) {
    this(claims, token, checks, () -> {});
  }

  /** Describes the caller without its token, which is a secret. */
  @Override
  public String toString() {
    return "a caller";
  }
}
