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
 */
public record Caller(Claims claims, Optional<String> token, List<Check> checks) {
  public Caller {
    checks = List.copyOf(checks);
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "a caller";
  }
}
