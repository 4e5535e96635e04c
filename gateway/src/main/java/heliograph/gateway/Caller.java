package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.gateway.Rechecks.Check;
import java.util.List;

/**
 * Who asks for something.
 *
 * @param claims what is known of it
 * @param checks what is to be asked again while a stream of it is open
 */
record Caller(Claims claims, List<Check> checks) {
  Caller {
    checks = List.copyOf(checks);
  }
}
