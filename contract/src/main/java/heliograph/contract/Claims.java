package heliograph.contract;

import java.time.Instant;
import java.util.Set;

/**
 * Verified facts about a subscriber. Only the identity door makes them, from a credential it has
 * checked.
 *
 * @param subject who it is; with {@code users} an event can be addressed to it
 * @param tenant whose events it may see at all
 * @param roles what it is within the tenant
 * @param expires when the facts stop being true; {@link Instant#MAX} for never
 */
public record Claims(String subject, Tenant tenant, Set<String> roles, Instant expires) {
  public Claims {
    roles = Set.copyOf(roles);
  }
}
