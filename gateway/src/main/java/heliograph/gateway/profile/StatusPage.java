package heliograph.gateway.profile;

import heliograph.gateway.settings.Settings;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a profile tells of its streams to whoever may open one. Any thread.
 *
 * @param path where it tells
 */
public record StatusPage(PathTemplate path, Template body) {
  private static final String DEFAULT = "{\"connected\":{connected},\"streams\":{streams}}";

  /**
   * Reads the key {@code status} of a profile.
   *
   * @return empty if it is not written
   */
  static Optional<StatusPage> read(Settings profile) {
    Settings entry = profile.section("status");
    Optional<String> path = entry.text("path");
    String body = entry.text("body", DEFAULT);
    if (path.isEmpty()) {
      if (entry.exists()) {
        throw entry.bad("path", "is required for a status");
      }
      return Optional.empty();
    }
    PathTemplate template = entry.made("path", () -> PathTemplate.of(path.get()));
    return Optional.of(
        new StatusPage(
            template,
            entry.made("body", () -> Template.of(body, Vocabulary.STATUS, template.variables()))));
  }

  /**
   * The answer.
   *
   * @param variables what the path has, by {@link PathTemplate#match}
   * @param streams the caller's own open streams of this profile
   * @param ofTenant all open streams of the caller's tenant
   */
  public byte[] answer(Map<String, String> variables, int streams, int ofTenant, Instant now) {
    Map<String, RequestValues.Value> named = new TreeMap<>();
    variables.forEach(
        (name, value) -> named.put(RequestValues.PATH + name, RequestValues.Value.one(value)));
    RequestValues values = new RequestValues(named);
    body.placeholders()
        .filter(it -> it.form() == Placeholder.Form.NUMBER)
        .forEach(it -> values.checkedNumber(it.name()));
    return body.fill(
        placeholder ->
            switch (placeholder.name()) {
              case "connected" -> JsonValues.truth(streams > 0);
              case "streams" -> JsonValues.number(streams);
              case "streams.tenant" -> JsonValues.number(ofTenant);
              case "now" -> JsonValues.now(now, placeholder);
              default -> values.json(placeholder);
            });
  }
}
