package heliograph.gateway.identity;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.identity.IdentitySettings.ClaimPlaces;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

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

  /** The issuer's only tenant before the default one: whoever pins it says more. */
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

  /** Empty without such a claim, which bounds nothing; an empty list bounds everything. */
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
    // A null is refused, too: taken for no claim it would open every topic.
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
   * Whether something stands in the way: a value that has no members where the pointer goes on. It
   * is one thing that a claim is not there, and another that it cannot be looked for.
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
