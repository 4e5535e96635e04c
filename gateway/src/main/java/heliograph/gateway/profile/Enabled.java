package heliograph.gateway.profile;

import heliograph.contract.Claims;
import heliograph.gateway.access.Subscribers.Switch;
import heliograph.gateway.json.Pointers;
import heliograph.gateway.settings.Settings;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * For whom a profile is switched on. Each condition that is written has to be fulfilled. Any
 * thread.
 *
 * @param on whether it is switched on at all
 * @param claim the JSON pointer to what has to be true in a token, or in the answer about a session
 * @param roles one of these is needed; if empty, none is
 * @param tenants one of these is needed; if empty, every tenant will do
 * @param answer the status of the answer to those for whom it is off: 204, 403 or 404
 */
public record Enabled(
    boolean on, Optional<String> claim, Set<String> roles, Set<String> tenants, int answer)
    implements Switch {
  private static final String KEY = "enabled";

  /** The answer at which an {@code EventSource} stays away. */
  public static final int NO_CONTENT = 204;

  /** The answer of something that is there and not for the caller. */
  public static final int FORBIDDEN = 403;

  private static final int NOT_FOUND = 404;

  /** Copies the names. */
  public Enabled {
    roles = Set.copyOf(roles);
    tenants = Set.copyOf(tenants);
  }

  /** Reads the key {@code enabled} of a profile. */
  static Enabled read(Settings profile) {
    Settings entry = profile.section(KEY);
    Optional<String> claim =
        entry.text("claim").map(text -> entry.made("claim", () -> pointer(text)));
    Set<String> roles = Set.copyOf(entry.texts("roles", List.of()));
    Set<String> tenants = Set.copyOf(entry.texts("tenants", List.of()));
    int answer = entry.number("answer", NO_CONTENT, NO_CONTENT, NOT_FOUND);
    if (!Set.of(NO_CONTENT, FORBIDDEN, NOT_FOUND).contains(answer)) {
      throw entry.bad("answer", "must be 204, 403 or 404");
    }
    boolean sectioned = profile.isSection(KEY);
    if (sectioned && claim.isEmpty() && roles.isEmpty() && tenants.isEmpty()) {
      throw profile.bad(KEY, "must be true, false, or name a claim, roles or tenants");
    }
    boolean on = profile.flagOrSection(KEY, true);
    return new Enabled(on, claim, roles, tenants, answer);
  }

  private static String pointer(String text) {
    var _ = Pointers.parse(text);
    return text;
  }

  /**
   * Whether the profile is switched on for somebody. What cannot be understood is off.
   *
   * @param value what stands at {@link #claim}, as it is written; empty if nothing does, or if it
   *     is no text, number or boolean
   */
  @Override
  public boolean isOn(Claims claims, Optional<String> value) {
    return on
        && (claim.isEmpty() || value.filter("true"::equals).isPresent())
        && (roles.isEmpty() || roles.stream().anyMatch(claims.roles()::contains))
        && (tenants.isEmpty() || tenants.contains(claims.tenant().name()));
  }
}
