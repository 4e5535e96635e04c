package heliograph.gateway.admin;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.intake.SentEvent;
import heliograph.gateway.json.JsonForm;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.profile.RequestValues;
import heliograph.relay.Filter;
import heliograph.relay.Interest;
import io.helidon.common.uri.UriQuery;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * An operator's question whether a subscriber would get an event.
 *
 * @param token the subscriber's token, which is to be verified
 * @param claims the claims that a token would have; either these or the token are there
 * @param event the event, in the form of {@code application/json}, or where a stored one is
 * @param topics the topics that the subscriber asked for; all if it named none
 * @param types the types that the subscriber asked for; all if it named none
 * @param filter the condition on events that match; it lets every event pass if it named none
 * @param profile the profile whose path was asked for; empty for {@code /v1/stream}
 */
record ExplainQuestion(
    Optional<String> token,
    Optional<Claims> claims,
    About event,
    List<TopicPattern> topics,
    List<TypePattern> types,
    Filter filter,
    Optional<ProfileConfig> profile) {
  /** Which event the question is about. */
  sealed interface About {
    /** One that is described. */
    record Described(SentEvent event) implements About {}

    /** One that is stored, at its place in its tenant's log. */
    record Stored(Tenant tenant, Cursor place) implements About {}
  }

  private static final List<String> EVERYTHING = List.of(TopicPattern.ALL.value());

  /** Describes the question without its token, which is a secret. */
  @Override
  public String toString() {
    return "a question about " + claims;
  }

  /**
   * Reads a question.
   *
   * @param profiles the operator's own streams
   * @throws RelayException INVALID_REQUEST naming the member that breaks its rule
   */
  static ExplainQuestion read(byte[] body, List<ProfileConfig> profiles) {
    Form form = JsonForm.read(body, Form.class);
    if ((form.event == null) == (form.stored == null)
        || (form.token == null) == (form.claims == null)) {
      throw bad("either an event or stored is required, and either a token or claims");
    }
    About event =
        form.stored == null
            ? new About.Described(Objects.requireNonNull(form.event))
            : form.stored.place();
    if (form.profile != null || form.path != null) {
      return ofProfile(form, event, profile(form, profiles));
    }
    if (form.topics != null && form.topics.isEmpty()) {
      throw bad("topics: at least one, or left out for all");
    }
    return new ExplainQuestion(
        Optional.ofNullable(form.token),
        Optional.ofNullable(form.claims).map(Who::claims),
        event,
        list("topics", form.topics == null ? EVERYTHING : form.topics, TopicPattern::new),
        list("types", form.types == null ? List.of() : form.types, TypePattern::new),
        filter(Optional.ofNullable(form.filter)),
        Optional.empty());
  }

  private static ProfileConfig profile(Form form, List<ProfileConfig> profiles) {
    return profiles.stream()
        .filter(profile -> profile.name().equals(form.profile))
        .findFirst()
        .orElseThrow(() -> bad("profile: none of this name"));
  }

  /** A profile says itself what is asked for; the request only fills in its variables. */
  private static ExplainQuestion ofProfile(Form form, About event, ProfileConfig profile) {
    if (form.path == null || form.topics != null || form.types != null || form.filter != null) {
      throw bad("with a profile, path is required, and topics, types and filter are its own");
    }
    int mark = form.path.indexOf('?');
    String path = mark < 0 ? form.path : form.path.substring(0, mark);
    UriQuery query = UriQuery.create(mark < 0 ? "" : form.path.substring(mark + 1));
    RequestValues values =
        profile.values(
            profile.path().match(path).orElseThrow(() -> bad("path: none of this profile's")),
            query);
    return new ExplainQuestion(
        Optional.ofNullable(form.token),
        Optional.ofNullable(form.claims).map(Who::claims),
        event,
        profile.topics(values),
        profile.types(),
        filter(profile.filter()),
        Optional.of(profile));
  }

  private static Filter filter(Optional<String> text) {
    return text.map(Filters::compile).orElse(Filter.EVERY);
  }

  /** The members of a question. */
  private static final class Form {
    private @Nullable String token;
    private @Nullable Who claims;

    @JsonDeserialize(using = AsSent.class)
    private @Nullable SentEvent event;

    private @Nullable Place stored;

    private @Nullable List<String> topics;
    private @Nullable List<String> types;
    private @Nullable String filter;
    private @Nullable String profile;
    private @Nullable String path;
  }

  /** The members of {@code claims}. */
  private static final class Who {
    private String subject = "";
    private @Nullable String tenant;
    private List<String> roles = List.of();
    private List<String> topics = EVERYTHING;

    private Claims claims() {
      if (tenant == null || subject.isBlank()) {
        throw bad("claims: subject and tenant are required");
      }
      return new Claims(
          subject,
          new Tenant(tenant),
          new LinkedHashSet<>(list("roles", roles, Function.identity())),
          list("topics", topics, TopicPattern::new),
          Instant.MAX,
          Claims.Proof.NONE);
    }
  }

  /** The members of {@code stored}. */
  private static final class Place {
    private @Nullable String tenant;
    private @Nullable String id;

    private About place() {
      if (tenant == null || id == null) {
        throw bad("stored: tenant and id are required");
      }
      if (!Cursor.isPlace(id) || id.endsWith(Cursor.FINAL)) {
        throw bad("stored: id: the id of an SSE event, which is its place in the log");
      }
      return new About.Stored(new Tenant(tenant), Cursor.parse(id));
    }
  }

  private static <T> List<T> list(String name, List<String> texts, Function<String, T> make) {
    if (texts.size() > Interest.MAX_PATTERNS) {
      throw bad(name + ": at most " + Interest.MAX_PATTERNS + " of them");
    }
    return texts.stream().map(make).toList();
  }

  /** Reads an event, whose data is a part of the body's bytes. */
  private static final class AsSent extends ValueDeserializer<SentEvent> {
    @Override
    public SentEvent deserialize(JsonParser parser, DeserializationContext context) {
      return SentEvent.read(parser, (byte[]) context.getAttribute(JsonForm.BODY));
    }
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }
}
