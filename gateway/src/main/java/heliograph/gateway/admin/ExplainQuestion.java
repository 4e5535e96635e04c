package heliograph.gateway.admin;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.intake.SentEvent;
import heliograph.gateway.json.JsonForm;
import heliograph.relay.Filter;
import heliograph.relay.Interest;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * Whether somebody would get an event, as an operator asks it.
 *
 * @param token who, by a token that is to be verified
 * @param claims or by what a token would say; one of the two is there
 * @param event in the form of {@code application/json}
 * @param topics what was asked for; everything if left out
 * @param types likewise
 * @param filter what would be chosen among the events that match; every one if left out
 */
record ExplainQuestion(
    Optional<String> token,
    Optional<Claims> claims,
    SentEvent event,
    List<TopicPattern> topics,
    List<TypePattern> types,
    Filter filter) {
  private static final List<String> EVERYTHING = List.of(TopicPattern.ALL.value());

  /** Does not print the token. */
  @Override
  public String toString() {
    return "a question about " + claims;
  }

  /**
   * @throws RelayException INVALID_REQUEST naming the member that breaks its rule
   */
  static ExplainQuestion read(byte[] body) {
    Form form = JsonForm.read(body, Form.class);
    if (form.event == null || (form.token == null) == (form.claims == null)) {
      throw bad("an event is required, and either a token or claims");
    }
    if (form.topics.isEmpty()) {
      throw bad("topics: at least one, or left out for all");
    }
    return new ExplainQuestion(
        Optional.ofNullable(form.token),
        Optional.ofNullable(form.claims).map(Who::claims),
        form.event,
        list("topics", form.topics, TopicPattern::new),
        list("types", form.types, TypePattern::new),
        form.filter == null ? Filter.EVERY : Filters.compile(form.filter));
  }

  /** As it is asked. */
  private static final class Form {
    private @Nullable String token;
    private @Nullable Who claims;

    @JsonDeserialize(using = AsSent.class)
    private @Nullable SentEvent event;

    private List<String> topics = EVERYTHING;
    private List<String> types = List.of();
    private @Nullable String filter;
  }

  /** Whom a token would be of. */
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

  private static <T> List<T> list(String name, List<String> texts, Function<String, T> make) {
    if (texts.size() > Interest.MAX_PATTERNS) {
      throw bad(name + ": at most " + Interest.MAX_PATTERNS + " of them");
    }
    return texts.stream().map(make).toList();
  }

  /** An event, whose data is bytes of the body. */
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
