package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Credentials that are taken back: all that carry each of the facts named here and were issued no
 * later than {@code before}. Which facts are named is up to who takes back; at least one is.
 *
 * @param token the credential's own id ({@code jti})
 * @param session the session it belongs to ({@code sid})
 * @param subject whom it speaks for
 * @param before the last moment of issue; what is issued later is as good as any
 */
record Revocation(
    Optional<String> token,
    Optional<String> session,
    Optional<String> subject,
    Optional<String> tenant,
    Optional<String> issuer,
    Instant before) {
  /** The longest value of a member, in characters. */
  static final int MAX_TEXT = 512;

  private static final String BEFORE = "before";
  private static final Set<String> FACTS =
      Set.of("token", "session", "subject", "tenant", "issuer");

  Revocation {
    if (Stream.of(token, session, subject, tenant).allMatch(Optional::isEmpty)) {
      // An issuer alone would be everybody of it; whoever means that takes it out of the
      // configuration.
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "one of token, session, subject and tenant is required");
    }
    tenant.ifPresent(Tenant::new);
  }

  /**
   * Reads an object of these members; without {@code before} it is {@code now}.
   *
   * @throws RelayException INVALID_REQUEST naming the member that breaks its rule
   */
  static Revocation read(JsonParser parser, Instant now) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, "a revocation is a JSON object");
    }
    Map<String, String> members = new HashMap<>();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      boolean known = FACTS.contains(name) || name.equals(BEFORE);
      if (!known || parser.nextToken() != JsonToken.VALUE_STRING) {
        throw bad(known ? name : "", known ? name + ": must be a text" : "a member is not known");
      }
      members.put(name, checked(name, parser.getString()));
    }
    return new Revocation(
        member(members, "token"),
        member(members, "session"),
        member(members, "subject"),
        member(members, "tenant"),
        member(members, "issuer"),
        before(members.get(BEFORE), now));
  }

  private static String checked(String name, String text) {
    if (text.isBlank() || text.length() > MAX_TEXT) {
      throw bad(name, name + ": 1 to " + MAX_TEXT + " characters");
    }
    return text;
  }

  private static Optional<String> member(Map<String, String> members, String name) {
    return Optional.ofNullable(members.get(name));
  }

  private static Instant before(@Nullable String text, Instant now) {
    if (text == null) {
      return now;
    }
    try {
      Instant before = Timestamp.parse(text);
      if (!before.isAfter(now)) {
        return before;
      }
    } catch (DateTimeException _) {
      // Refused below, like a time to come.
    }
    throw bad(BEFORE, "before: an RFC 3339 time that is not in the future");
  }

  private static RelayException bad(String member, String detail) {
    return RelayException.invalid(member, detail).as(ErrorCode.INVALID_REQUEST);
  }

  void write(JsonGenerator json) {
    token.ifPresent(text -> json.writeStringProperty("token", text));
    session.ifPresent(text -> json.writeStringProperty("session", text));
    subject.ifPresent(text -> json.writeStringProperty("subject", text));
    tenant.ifPresent(text -> json.writeStringProperty("tenant", text));
    issuer.ifPresent(text -> json.writeStringProperty("issuer", text));
    json.writeStringProperty(BEFORE, before.toString());
  }

  /**
   * What a credential is taken back by.
   *
   * @param subjects whom it speaks for; a publisher's token also for its client
   * @param tenants those that it is shown for
   */
  record Facts(Claims.Proof proof, Set<String> subjects, Set<Tenant> tenants) {
    Facts {
      subjects = Set.copyOf(subjects);
      tenants = Set.copyOf(tenants);
    }

    /** Of the credential that a subscriber's claims were read from. */
    static Facts of(Claims claims) {
      return new Facts(claims.proof(), Set.of(claims.subject()), Set.of(claims.tenant()));
    }

    /** The same, shown for these tenants besides. */
    Facts with(Set<Tenant> others) {
      return new Facts(
          proof,
          subjects,
          Stream.concat(tenants.stream(), others.stream()).collect(Collectors.toSet()));
    }
  }

  /** Whether the credential of which these are the facts is taken back. */
  boolean covers(Facts facts) {
    Claims.Proof proof = facts.proof();
    return isOrUnnamed(token, proof.token())
        && isOrUnnamed(session, proof.session())
        && (subject.isEmpty() || facts.subjects().contains(subject.get()))
        && (tenant.isEmpty() || facts.tenants().contains(new Tenant(tenant.get())))
        && isOrUnnamed(issuer, Optional.of(proof.issuer()))
        // Who does not say when it was issued may well be old.
        && !proof.issued().isAfter(before);
  }

  private static boolean isOrUnnamed(Optional<String> named, Optional<String> fact) {
    return named.isEmpty() || named.equals(fact);
  }

  /**
   * The one fact it is found by: the first that is named, of those that the fewest credentials
   * share.
   */
  String key() {
    return token
        .map(Revocation::tokenKey)
        .or(() -> session.map(Revocation::sessionKey))
        .or(() -> subject.map(Revocation::subjectKey))
        .or(() -> tenant.map(Revocation::tenantKey))
        .orElseThrow(() -> new RelayException(ErrorCode.INTERNAL_ERROR, "names nothing"));
  }

  /** The keys under which one that covers these facts may be. */
  static Stream<String> keys(Facts facts) {
    return Stream.of(
            facts.proof().token().map(Revocation::tokenKey).stream(),
            facts.proof().session().map(Revocation::sessionKey).stream(),
            facts.subjects().stream().map(Revocation::subjectKey),
            facts.tenants().stream().map(it -> tenantKey(it.toString())))
        .flatMap(Function.identity());
  }

  private static String tokenKey(String token) {
    return "token " + token;
  }

  private static String sessionKey(String session) {
    return "session " + session;
  }

  private static String subjectKey(String subject) {
    return "subject " + subject;
  }

  private static String tenantKey(String tenant) {
    return "tenant " + tenant;
  }
}
