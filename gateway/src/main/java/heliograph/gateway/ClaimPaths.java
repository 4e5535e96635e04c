package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Where in a session's JSON the claims lie: at the same pointers as in a token, the subject at
 * {@code /sub}, the end, if there is one, at {@code /exp}. A claim that cannot be read admits to
 * nothing.
 *
 * @param topics the pointer to the topics it may see; every topic where nothing is there
 * @param defaultTenant the tenant of sessions that name none; such ones are refused without it
 */
record ClaimPaths(
    String tenant, List<String> roles, String topics, Optional<Tenant> defaultTenant) {
  // Some three hundred thousand years, in seconds.
  private static final double LAST_SECOND = 1e13;

  /**
   * The claims of a session.
   *
   * @param answered when the application vouched for them
   * @throws RelayException BAD_TOKEN or NOT_ALLOWED
   */
  Claims read(JsonObject session, Instant answered) {
    String subject =
        at(session, "/sub")
            .flatMap(ClaimPaths::text)
            .filter(text -> !text.isBlank())
            .orElseThrow(() -> bad("the session has no subject"));
    LinkedHashSet<String> found = new LinkedHashSet<>();
    roles.forEach(pointer -> found.addAll(texts(session, pointer, "roles")));
    Instant expires = at(session, "/exp").map(ClaimPaths::time).orElse(Instant.MAX);
    Claims.Proof proof =
        new Claims.Proof(
            "", at(session, "/sid").flatMap(ClaimPaths::text), Optional.empty(), answered);
    return new Claims(subject, tenantOf(session), found, topicsOf(session), expires, proof);
  }

  private Tenant tenantOf(JsonObject session) {
    Optional<JsonValue> claim = at(session, tenant);
    if (claim.isEmpty()) {
      return defaultTenant.orElseThrow(
          () -> new RelayException(ErrorCode.NOT_ALLOWED, "the session has no tenant"));
    }
    String name = claim.flatMap(ClaimPaths::text).orElseThrow(() -> bad("the tenant is no text"));
    return made(() -> new Tenant(name));
  }

  private List<TopicPattern> topicsOf(JsonObject session) {
    return at(session, topics).isEmpty()
        ? List.of(TopicPattern.ALL)
        : texts(session, topics, "topics").stream()
            .map(topic -> made(() -> new TopicPattern(topic)))
            .toList();
  }

  private static List<String> texts(JsonObject session, String pointer, String what) {
    List<String> texts = new ArrayList<>();
    at(session, pointer)
        .ifPresent(
            claim -> {
              List<JsonValue> values = claim instanceof JsonArray array ? array : List.of(claim);
              for (JsonValue value : values) {
                texts.add(
                    text(value).orElseThrow(() -> bad(what + " are neither a text nor texts")));
              }
            });
    return texts;
  }

  private static Instant time(JsonValue value) {
    // As a double first: a number of a billion digits is not to be written out.
    if (value instanceof JsonNumber seconds && Math.abs(seconds.doubleValue()) < LAST_SECOND) {
      return Instant.ofEpochSecond((long) seconds.doubleValue());
    }
    throw bad("the session's end is no time in seconds");
  }

  private static <T> T made(java.util.function.Supplier<T> make) {
    try {
      return make.get();
    } catch (RelayException rule) {
      throw bad(rule.detail());
    }
  }

  private static Optional<JsonValue> at(JsonObject session, String pointer) {
    try {
      JsonValue value = Json.createPointer(pointer).getValue(session);
      return value.getValueType() == JsonValue.ValueType.NULL
          ? Optional.empty()
          : Optional.of(value);
    } catch (JsonException _) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(JsonValue value) {
    return value instanceof JsonString string ? Optional.of(string.getString()) : Optional.empty();
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }
}
