package heliograph.gateway.identity;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.identity.IdentitySettings.ClaimPlaces;
import heliograph.gateway.json.JsonPlace;
import heliograph.gateway.json.JsonTree;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what is said of a subscriber, in one issuer's verified tokens or by the application that
 * knows the sessions, and holds it against the tenants that the issuer may speak for. A claim that
 * cannot be read admits to nothing. Any thread.
 */
public final class ClaimMapping {
  /** The most topic patterns of one token: each event may be held against each of them. */
  static final int MAX_TOPICS = 256;

  private final ClaimPlaces places;
  private final Set<Tenant> pinned;
  private final Optional<Tenant> defaultTenant;
  private final SubjectPrefix prefix;

  /**
   * @param pinned the only tenants it may speak for; every one, if there are none
   * @param prefix of the subjects it speaks of
   */
  ClaimMapping(
      ClaimPlaces places,
      Set<Tenant> pinned,
      Optional<Tenant> defaultTenant,
      SubjectPrefix prefix) {
    this.places = places;
    this.pinned = pinned;
    this.defaultTenant = defaultTenant;
    this.prefix = prefix;
  }

  /**
   * The claims of a payload.
   *
   * @throws RelayException BAD_TOKEN if a claim cannot be read, NOT_ALLOWED without a tenant or
   *     with one that is not the issuer's
   */
  public Claims claims(JsonObject payload, Instant expires, Claims.Proof proof) {
    String subject =
        JsonTree.text(payload.get("sub"))
            .filter(text -> !text.isBlank())
            .map(prefix::subject)
            .orElseThrow(() -> bad("the claims name no subject"));
    Tenant tenant = tenant(payload);
    Set<String> roles = roles(payload);
    return topics(payload)
        .map(topics -> new Claims(subject, tenant, roles, topics, expires, proof))
        .orElseGet(
            () -> new Claims(subject, tenant, roles, List.of(TopicPattern.ALL), expires, proof));
  }

  private Tenant tenant(JsonObject payload) {
    Optional<JsonValue> claim = given(places.tenant(), payload);
    Tenant tenant = claim.isPresent() ? named(claim.get()) : unnamed();
    if (!pinned.isEmpty() && !pinned.contains(tenant)) {
      throw new RelayException(
          ErrorCode.NOT_ALLOWED, "the issuer does not speak for the tenant of the claims");
    }
    return tenant;
  }

  private static Tenant named(JsonValue claim) {
    try {
      return new Tenant(JsonTree.text(claim).orElseThrow(() -> bad("the tenant claim is no text")));
    } catch (RelayException rule) {
      throw bad(rule.detail());
    }
  }

  /** The issuer's only tenant before the default one: whoever pins it says more. */
  private Tenant unnamed() {
    if (pinned.size() == 1) {
      return pinned.iterator().next();
    }
    return defaultTenant.orElseThrow(
        () -> new RelayException(ErrorCode.NOT_ALLOWED, "the claims name no tenant"));
  }

  private Set<String> roles(JsonObject payload) {
    Set<String> roles = new LinkedHashSet<>();
    for (JsonPlace place : places.roles()) {
      given(place, payload).ifPresent(claim -> addRoles(roles, claim));
    }
    return roles;
  }

  private static void addRoles(Set<String> roles, JsonValue claim) {
    List<JsonValue> values = claim instanceof JsonArray array ? array : List.of(claim);
    for (JsonValue value : values) {
      roles.add(
          JsonTree.text(value).orElseThrow(() -> bad("a roles claim is neither text nor texts")));
    }
  }

  /** Empty without such a claim, which bounds nothing; an empty list bounds everything. */
  private Optional<List<TopicPattern>> topics(JsonObject payload) {
    Optional<JsonValue> claim = places.topics().read(payload);
    if (claim.isEmpty()) {
      if (places.topics().isBlocked(payload)) {
        throw bad("the topics claim cannot be looked for");
      }
      return Optional.empty();
    }
    Set<TopicPattern> topics = new LinkedHashSet<>();
    for (String pattern : patterns(claim.get())) {
      try {
        topics.add(new TopicPattern(pattern));
      } catch (RelayException rule) {
        throw bad("the topics claim: " + rule.detail());
      }
    }
    if (topics.size() > MAX_TOPICS) {
      throw bad("the topics claim has over " + MAX_TOPICS + " patterns");
    }
    return Optional.of(List.copyOf(topics));
  }

  private static List<String> patterns(JsonValue claim) {
    return switch (claim) {
      case JsonString text when text.getString().isBlank() -> List.of();
      case JsonString text -> List.of(text.getString().strip().split(" +", -1));
      case JsonArray array -> array.stream().map(ClaimMapping::pattern).toList();
      // A null, too: taken for no claim it would open every topic.
      default -> throw bad("the topics claim is neither text nor texts");
    };
  }

  private static String pattern(JsonValue value) {
    return JsonTree.text(value)
        .orElseThrow(() -> bad("the topics claim is neither text nor texts"));
  }

  private static Optional<JsonValue> given(JsonPlace place, JsonObject payload) {
    return place.read(payload).filter(value -> value.getValueType() != JsonValue.ValueType.NULL);
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }
}
