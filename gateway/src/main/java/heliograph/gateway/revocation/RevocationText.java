package heliograph.gateway.revocation;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Timestamp;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Revocations in JSON, read and written.
 *
 * @param now a moment after which nothing can be taken back
 * @param keep how long credentials are good, and what takes them back is kept
 */
public record RevocationText(Instant now, Duration keep) {
  /** The longest value of a member, in characters. */
  static final int MAX_TEXT = 512;

  private static final String BEFORE = "before";
  private static final String EXPIRES = "expires";
  private static final Set<String> MEMBERS =
      Set.of("token", "session", "subject", "tenant", "issuer", BEFORE, EXPIRES);

  /**
   * Reads an object of these members. Without {@code before} it is now; without {@code expires} as
   * late as a credential of then can be good.
   *
   * @throws RelayException INVALID_REQUEST naming the member that breaks its rule
   */
  public Revocation read(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, "a revocation is a JSON object");
    }
    Map<String, String> members = new HashMap<>();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      boolean known = MEMBERS.contains(name);
      if (!known || parser.nextToken() != JsonToken.VALUE_STRING) {
        throw bad(known ? name : "", known ? name + ": must be a text" : "a member is not known");
      }
      members.put(name, checked(name, parser.getString()));
    }
    Instant before =
        time(members.get(BEFORE), now)
            .filter(it -> !it.isAfter(now))
            .orElseThrow(() -> bad(BEFORE, "before: an RFC 3339 time that is not in the future"));
    Instant last = before.plus(keep);
    Instant expires =
        time(members.get(EXPIRES), last)
            .filter(it -> it.isAfter(before) && !it.isAfter(last))
            .orElseThrow(
                () ->
                    bad(
                        EXPIRES,
                        "expires: an RFC 3339 time after before, by at most "
                            + "relay.identity.revocations.keep"));
    return new Revocation(
        member(members, "token"),
        member(members, "session"),
        member(members, "subject"),
        member(members, "tenant"),
        member(members, "issuer"),
        before,
        expires);
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

  private static Optional<Instant> time(@Nullable String text, Instant otherwise) {
    try {
      return Optional.of(text == null ? otherwise : Timestamp.parse(text));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  private static RelayException bad(String member, String detail) {
    return RelayException.invalid(member, detail).as(ErrorCode.INVALID_REQUEST);
  }

  /** Writes the members into an object that is open. */
  public static void write(JsonGenerator json, RevocationId id, Revocation revocation) {
    json.writeStringProperty("id", id.text());
    revocation.token().ifPresent(text -> json.writeStringProperty("token", text));
    revocation.session().ifPresent(text -> json.writeStringProperty("session", text));
    revocation.subject().ifPresent(text -> json.writeStringProperty("subject", text));
    revocation.tenant().ifPresent(text -> json.writeStringProperty("tenant", text));
    revocation.issuer().ifPresent(text -> json.writeStringProperty("issuer", text));
    json.writeStringProperty(BEFORE, revocation.before().toString());
    json.writeStringProperty(EXPIRES, revocation.expires().toString());
  }
}
