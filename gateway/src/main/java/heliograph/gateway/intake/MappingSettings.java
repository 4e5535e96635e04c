package heliograph.gateway.intake;

import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.gateway.json.Pointers;
import heliograph.gateway.scheme.HmacSettings;
import heliograph.gateway.scheme.SchemeName;
import heliograph.gateway.scheme.SchemeSettings;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.http.HeaderName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a publisher's {@code mapping}, over what its scheme has of itself. One thread. */
public final class MappingSettings {
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

  // As the CloudEvents adapters have it, where there is one; types by reversed domain. Each takes
  // all that its sender's documentation says it sends, so what is required always has a last
  // resort.
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
              "subject", "{/data/object/id|/related_object/id|''}",
              "time", "{/created|''}"),
          SchemeName.GITLAB,
          Map.of(
              "id", "{delivery}",
              "source", "{/project/web_url|/group/web_url|'https://gitlab.com'}",
              "type", "com.gitlab.{/object_kind|/event_name|'event'}{./object_attributes/action}",
              "topic", "gitlab.{/object_kind|/event_name|'event'}"),
          SchemeName.SLACK,
          Map.of(
              "id", "{/event_id|digest}",
              "source",
                  "https://slack.com/"
                      + "{/team_id|/team/id|/enterprise_id|/enterprise/id|/user/team_id|''}",
              "type", "com.slack.{/event/type|/type|'command'}",
              "topic", "slack.{/event/type|/type|'command'}",
              "time", "{/event_time|/minute_rate_limited|/action_ts|''}"));

  // The member of a form that has the JSON, where a scheme's sender has one.
  private static final Map<SchemeName, String> FORMS =
      Map.of(SchemeName.GITHUB, "payload", SchemeName.SLACK, "payload");

  private MappingSettings() {}

  /**
   * Reads how the bodies of a publisher become events.
   *
   * @return empty if bodies are events already
   * @throws BadConfiguration naming the key at fault
   */
  public static Optional<Mapping> read(Settings entry, Optional<SchemeName> scheme) {
    Settings mapping = entry.section("mapping");
    Map<String, String> preset =
        scheme.flatMap(name -> Optional.ofNullable(PRESETS.get(name))).orElse(Map.of());
    Map<String, String> texts = new LinkedHashMap<>();
    boolean written = false;
    for (String member : MEMBERS) {
      Optional<String> own = mapping.text(member);
      written |= own.isPresent();
      own.or(() -> Optional.ofNullable(preset.get(member)))
          .ifPresent(text -> texts.put(member, text));
    }
    Optional<String> form = mapping.text("form");
    Mapping.Shape shape =
        new Mapping.Shape(
            pointer(mapping, "data").orElse(""),
            pointer(mapping, "each"),
            form.or(() -> scheme.map(FORMS::get)));
    written |= form.isPresent() || shape.each().isPresent() || !shape.data().isEmpty();
    if (!written && preset.isEmpty()) {
      return Optional.empty();
    }
    if (!texts.containsKey("topic")) {
      throw mapping.bad("topic", "is required in a mapping");
    }
    if (!texts.containsKey("type")
        && (form.isPresent() || shape.each().isPresent() || !shape.data().isEmpty())) {
      throw mapping.bad("type", "is required beside data, each and form");
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
    return Optional.of(new Mapping(templates, shape, use(scheme, !preset.isEmpty(), written)));
  }

  private static Mapping.Use use(Optional<SchemeName> scheme, boolean preset, boolean written) {
    if (preset) {
      return written ? Mapping.Use.CHANGED : Mapping.Use.PRESET;
    }
    boolean shown =
        scheme.isEmpty() || Set.of(SchemeName.TOKEN, SchemeName.MTLS).contains(scheme.get());
    return shown ? Mapping.Use.ANY : Mapping.Use.SIGNED;
  }

  private static Optional<String> pointer(Settings mapping, String key) {
    Optional<String> pointer = mapping.text(key);
    try {
      pointer.ifPresent(text -> Pointers.of(List.of(text)));
    } catch (IllegalArgumentException badPointer) {
      throw mapping.bad(key, String.valueOf(badPointer.getMessage()));
    }
    return pointer;
  }

  private static Template template(
      Settings mapping, String member, String text, Optional<HeaderName> delivery) {
    Template.Use use =
        switch (member) {
          case "id" -> Template.Use.ID;
          case "topic" -> Template.Use.TOPIC;
          case "roles", "users" -> Template.Use.NAMES;
          default -> Template.Use.TEXT;
        };
    try {
      Template template = new Template(member, use, text, delivery);
      check(member, template);
      return template;
    } catch (RelayException rule) {
      throw mapping.bad(member, rule.detail());
    } catch (IllegalArgumentException rule) {
      throw mapping.bad(member, String.valueOf(rule.getMessage()));
    }
  }

  /** What can be fit with no value at all is not worth a start. */
  private static void check(String member, Template template) {
    String example = template.example("x");
    switch (member) {
      case "topic" -> new Topic(example);
      case "tenant" -> new Tenant(example);
      case "id" -> {
        if (template.sources().allMatch(Source.Fixed.class::isInstance)) {
          // All events but the first would be taken for the first.
          throw new IllegalArgumentException("is the same for every event");
        }
      }
      default -> {
        // What else is wrong depends on the values.
      }
    }
  }
}
