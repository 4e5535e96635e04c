package heliograph.gateway.operator;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Makes an operator of what a provider's token says. Any thread. */
final class ProviderRoles {
  private static final String PREFIX = "oidc:";

  private final ProviderConfig config;

  ProviderRoles(ProviderConfig config) {
    this.config = config;
  }

  /** What the audit calls the operator; its {@code sub} if the claim for it has no text. */
  String name(JsonNode payload) {
    String chosen = payload.at(config.name()).stringValue("");
    return PREFIX + (chosen.isBlank() ? payload.path("sub").stringValue("") : chosen);
  }

  /** The roles that the words of a token make; none if it has no such word. */
  Set<Role> roles(JsonNode payload) {
    List<String> said = texts(payload.at(config.roles()));
    Set<Role> roles = EnumSet.noneOf(Role.class);
    config
        .words()
        .forEach(
            (role, words) -> {
              if (words.stream().anyMatch(said::contains)) {
                roles.add(role);
              }
            });
    return roles;
  }

  private static List<String> texts(JsonNode claim) {
    List<String> texts = new ArrayList<>();
    for (JsonNode one : claim.isArray() ? claim : List.of(claim)) {
      one.stringValueOpt().ifPresent(texts::add);
    }
    return texts;
  }
}
