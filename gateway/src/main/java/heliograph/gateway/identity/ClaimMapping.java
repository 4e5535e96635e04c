package heliograph.gateway.identity;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.identity.IdentityConfig.ClaimPlaces;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Reads the claims of a subscriber, from one issuer's verified tokens or from the application that
 * knows the sessions, and checks them against the tenants that the issuer may speak for. A claim
 * that cannot be read lets nobody in. Any thread.
 *
 * @param places where the claims stand
 * @param pinned the only tenants that the issuer may speak for; if empty, every tenant
 * @param defaultTenant the tenant of claims that name none; without it, such claims are refused
 * @param prefix the prefix of the subjects
 */
public record ClaimMapping(
    ClaimPlaces places, Set<Tenant> pinned, Optional<Tenant> defaultTenant, SubjectPrefix prefix) {
  /** The most topic patterns of one token: each event may be compared with each of them. */
  static final int MAX_TOPICS = 256;

  /** Copies the tenants. */
  public ClaimMapping {
    pinned = Set.copyOf(pinned);
  }

  /**
   * What stands at a pointer in a payload, as it is written.
   *
   * @param pointer a JSON pointer (RFC 6901)
   * @return empty if nothing does, or if it is no text, number or boolean
   */
  public static Optional<String> value(JsonNode payload, String pointer) {
    JsonNode value = payload.at(JsonPointer.compile(pointer));
    return value.isValueNode() && !value.isNull()
        ? Optional.of(value.asString())
        : Optional.empty();
  }

  /**
   * The claims of a payload.
   *
   * @param expires when the claims end
   * @param proof by what they can be revoked
   * @throws RelayException BAD_TOKEN if a claim cannot be read, NOT_ALLOWED if there is no tenant,
   *     or one that is not the issuer's
   */
  public Claims claims(JsonNode payload, Instant expires, Claims.Proof proof) {
    String subject =
        payload
            .path("sub")
            .stringValueOpt()
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

  private Tenant tenant(JsonNode payload) {
    JsonNode claim = payload.at(places.tenant());
    Tenant tenant = isGiven(claim) ? named(claim) : unnamed();
    if (!pinned.isEmpty() && !pinned.contains(tenant)) {
      throw new RelayException(
          ErrorCode.NOT_ALLOWED, "the issuer does not speak for the tenant of the claims");
    }
    return tenant;
  }

  private static Tenant named(JsonNode claim) {
    try {
      return new Tenant(
          claim.stringValueOpt().orElseThrow(() -> bad("the tenant claim is no text")));
    } catch (RelayException rule) {
      throw bad(rule.detail());
    }
  }

  /**
   * The tenant of claims that name none. The issuer's only tenant comes before the default one: it
   * is the more specific setting.
   */
  private Tenant unnamed() {
    if (pinned.size() == 1) {
      return pinned.iterator().next();
    }
    return defaultTenant.orElseThrow(
        () -> new RelayException(ErrorCode.NOT_ALLOWED, "the claims name no tenant"));
  }

  private Set<String> roles(JsonNode payload) {
    Set<String> roles = new LinkedHashSet<>();
    places.roles().stream()
        .map(payload::at)
        .filter(ClaimMapping::isGiven)
        .forEach(claim -> roles.addAll(texts(claim, "a roles claim")));
    return roles;
  }

  private static List<String> texts(JsonNode claim, String name) {
    return (claim.isArray() ? claim.valueStream() : Stream.of(claim))
        .map(
            value ->
                value.stringValueOpt().orElseThrow(() -> bad(name + " is neither text nor texts")))
        .toList();
  }

  /**
   * The topics of the claims. They are empty if there is no such claim, which allows every topic; a
   * claim that is an empty list allows none.
   */
  private Optional<List<TopicPattern>> topics(JsonNode payload) {
    JsonNode claim = payload.at(places.topics());
    if (claim.isMissingNode()) {
      if (isBlocked(places.topics(), payload)) {
        throw bad("the topics claim cannot be looked for");
      }
      return Optional.empty();
    }
    Set<TopicPattern> topics = new LinkedHashSet<>();
    for (String pattern : patterns(claim)) {
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

  private static List<String> patterns(JsonNode claim) {
    // A null is refused too: taken for a missing claim it would open every topic.
    List<String> texts = texts(claim, "the topics claim");
    if (claim.isArray()) {
      return texts;
    }
    String text = texts.getFirst().strip();
    return text.isEmpty() ? List.of() : List.of(text.split(" +", -1));
  }

  private static boolean isGiven(JsonNode claim) {
    return !claim.isMissingNode() && !claim.isNull();
  }

  /**
   * Whether a claim cannot be looked for, because a value on the way to it has no members. That
   * differs from a claim that is not there.
   */
  private static boolean isBlocked(JsonPointer place, JsonNode payload) {
    JsonPointer there = place.head();
    while (payload.at(there).isMissingNode()) {
      there = there.head();
    }
    return !payload.at(there).isContainer();
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }
}
