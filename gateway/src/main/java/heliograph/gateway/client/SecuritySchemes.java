package heliograph.gateway.client;

import heliograph.gateway.access.CredentialPolicy;
import heliograph.gateway.access.CredentialPolicy.Place;
import heliograph.gateway.access.CredentialPolicy.Verifier;
import heliograph.gateway.http.KnownParameters;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells in AsyncAPI how callers say who they are, each way once. Who is asked about it is not told.
 * One thread.
 */
final class SecuritySchemes {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Map<ObjectNode, String> keys = new LinkedHashMap<>();

  /**
   * What a stream accepts.
   *
   * @param references references to schemes, of which one is enough; none if nobody is asked who
   *     they are
   */
  record Accepted(ArrayNode references) {}

  /**
   * Adds what a policy accepts.
   *
   * @param sessions whether an application is asked about cookies as well
   */
  Accepted of(CredentialPolicy policy, boolean sessions) {
    ArrayNode references = JSON.arrayNode();
    boolean tokens = policy.verifier() instanceof Verifier.Issuers;
    for (Place place : Place.values()) {
      if (policy.places().contains(place)) {
        switch (place) {
          case HEADER -> refer(references, "bearer", bearer(tokens));
          case QUERY -> refer(references, "query", key("query", policy.query(), "A token"));
          case TICKET ->
              refer(
                  references,
                  "ticket",
                  key("query", KnownParameters.TICKET, "A ticket of /v1/tickets, good once"));
          case COOKIE ->
              policy
                  .cookie()
                  .ifPresentOrElse(
                      name ->
                          refer(references, "cookie", key("cookie", name, "A token or session")),
                      () -> refer(references, "session", session()));
        }
      }
    }
    if (sessions) {
      refer(references, "session", session());
    }
    return new Accepted(references);
  }

  private static ObjectNode bearer(boolean tokens) {
    ObjectNode scheme = JSON.objectNode().put("type", "http").put("scheme", "bearer");
    return tokens ? scheme.put("bearerFormat", "JWT") : scheme;
  }

  private static ObjectNode key(String in, String name, String description) {
    return JSON.objectNode()
        .put("type", "httpApiKey")
        .put("in", in)
        .put("name", name)
        .put("description", description);
  }

  /** Which of the cookies is the session, the application alone knows. */
  private static ObjectNode session() {
    return key("header", "Cookie", "A session of the application, by its own cookie");
  }

  private void refer(ArrayNode references, String name, ObjectNode scheme) {
    String key = keys.get(scheme);
    if (key == null) {
      int same = (int) keys.values().stream().filter(it -> it.startsWith(name)).count();
      key = same == 0 ? name : name + "-" + (same + 1);
      keys.put(scheme, key);
    }
    references.addObject().put("$ref", "#/components/securitySchemes/" + key);
  }

  /** All schemes that were added, by their keys. */
  ObjectNode all() {
    ObjectNode all = JSON.objectNode();
    keys.forEach((scheme, key) -> all.set(key, scheme));
    return all;
  }
}
