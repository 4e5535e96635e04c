package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.gateway.access.Rechecks.Check;
import java.util.List;
import java.util.Optional;

/**
 * Who asks for something.
 *
 * @param claims what is known of it
 * @param token the token it came with, to be shown to others on its behalf
 * @param checks what is to be asked again while a stream of it is open
 * @param spend uses up what it came with, if that is good once; throws a {@link
 *     heliograph.contract.RelayException} if another request was faster
 */
public record Caller(Claims claims, Optional<String> token, List<Check> checks, Runnable spend) {
  public Caller {
    checks = List.copyOf(checks);
  }

  /** A caller with something that is good more than once. */
  Caller(Claims claims, Optional<String> token, List<Check> checks) {
    this(claims, token, checks, () -> {});
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "a caller";
  }
}
