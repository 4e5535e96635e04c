package heliograph.gateway;

import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import io.helidon.http.HeaderName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a publisher's {@code mapping}, over what its scheme has of itself. One thread. */
final class MappingSettings {
  private static final List<String> MEMBERS =
      List.of(
          "id",
          "source",
          "type",
          "topic",
          "tenant",
          "subject",
          "time",
          "roles",
          "users",
          "partitionkey");

  // As the CloudEvents adapters have it, where there is one; types by reversed domain.
  private static final Map<SchemeName, Map<String, String>> PRESETS =
      Map.of(
          SchemeName.GITHUB,
          Map.of(
              "id", "{delivery}",
              "source",
                  "{/repository/url|/organization/url|/enterprise/html_url|/sender/url"
                      + "|'https://github.com'}",
              "type", "com.github.{header:X-GitHub-Event}{./action}",
              "topic", "github.{header:X-GitHub-Event}"),
          SchemeName.STRIPE,
          Map.of(
              "id", "{/id}",
              "source", "https://stripe.com",
              "type", "com.stripe.{/type}",
              "topic", "stripe.{/type}",
              "subject", "{/data/object/id|''}",
              "time", "{/created|''}"),
          SchemeName.GITLAB,
          Map.of(
              "id", "{delivery}",
              "source", "{/project/web_url|/group/web_url|'https://gitlab.com'}",
              "type", "com.gitlab.{/object_kind|/event_name}{./object_attributes/action}",
              "topic", "gitlab.{/object_kind|/event_name}"),
          SchemeName.SLACK,
          Map.of(
              "id", "{/event_id}",
              "source", "https://slack.com/{/team_id|/enterprise_id}",
              "type", "com.slack.{/event/type}",
              "topic", "slack.{/event/type}",
              "time", "{/event_time|''}"));

  private MappingSettings() {}

  /**
   * @return empty if bodies are events already
   * @throws BadConfiguration naming the key at fault
   */
  static Optional<Mapping> read(Settings entry, Optional<SchemeName> scheme) {
    Settings mapping = entry.section("mapping");
    Map<String, String> preset =
        scheme.flatMap(name -> Optional.ofNullable(PRESETS.get(name))).orElse(Map.of());
    Map<String, String> texts = new LinkedHashMap<>();
    for (String member : MEMBERS) {
      mapping
          .text(member)
          .or(() -> Optional.ofNullable(preset.get(member)))
          .ifPresent(text -> texts.put(member, text));
    }
    String data = mapping.text("data", "");
    if (texts.isEmpty() && data.isEmpty()) {
      return Optional.empty();
    }
    if (scheme.isEmpty()) {
      throw entry.bad("mapping", "is for publishers with a scheme");
    }
    for (String member : List.of("type", "topic")) {
      if (!texts.containsKey(member)) {
        throw mapping.bad(member, "is required in a mapping");
      }
    }
    Optional<HeaderName> delivery = HmacSettings.delivery(entry, scheme);
    Set<HeaderName> proofs = SchemeSettings.proofs(entry);
    Map<String, Template> templates = new LinkedHashMap<>();
    texts.forEach(
        (member, text) -> templates.put(member, template(mapping, member, text, delivery)));
    templates.forEach(
        (member, template) -> {
          if (proofs.stream().anyMatch(template::reads)) {
            throw mapping.bad(member, "no event may have the header that proves its sender");
          }
        });
    try {
      return Optional.of(new Mapping(templates, data));
    } catch (IllegalArgumentException badPointer) {
      throw mapping.bad("data", String.valueOf(badPointer.getMessage()));
    }
  }

  private static Template template(
      Settings mapping, String member, String text, Optional<HeaderName> delivery) {
    Template.Use use =
        switch (member) {
          case "topic" -> Template.Use.TOPIC;
          case "roles", "users" -> Template.Use.NAMES;
          default -> Template.Use.TEXT;
        };
    try {
      Template template = new Template(member, use, text, delivery);
      check(member, template.example("x"));
      return template;
    } catch (RelayException rule) {
      throw mapping.bad(member, rule.detail());
    } catch (IllegalArgumentException rule) {
      throw mapping.bad(member, String.valueOf(rule.getMessage()));
    }
  }

  /** What can be fit with no value at all is not worth a start. */
  private static void check(String member, String example) {
    switch (member) {
      case "topic" -> new Topic(example);
      case "tenant" -> new Tenant(example);
      default -> {
        // What else is wrong depends on the values.
      }
    }
  }
}
