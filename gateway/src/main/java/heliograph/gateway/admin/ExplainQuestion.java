package heliograph.gateway.admin;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.intake.SentEvent;
import heliograph.relay.Filter;
import heliograph.relay.Interest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

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

  /** Does not print the token. */
  @Override
  public String toString() {
    return "a question about " + claims;
  }

  /**
   * @param body the whole text, of which the parser has taken the first token
   * @throws RelayException INVALID_REQUEST naming the member that breaks its rule
   */
  static ExplainQuestion read(JsonParser parser, byte[] body) {
    return new Reading().question(parser, body);
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }

  /** One question being read. */
  private static final class Reading {
    private @Nullable String token;
    private @Nullable Claims claims;
    private @Nullable SentEvent event;
    private List<TopicPattern> topics = List.of(TopicPattern.ALL);
    private List<TypePattern> types = List.of();
    private Filter filter = Filter.EVERY;

    ExplainQuestion question(JsonParser parser, byte[] body) {
      object(parser, "the question");
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        parser.nextToken();
        switch (name) {
          case "token" -> token = text(parser, name);
          case "claims" -> claims = claims(parser);
          case "event" -> event = SentEvent.read(parser, body);
          case "topics" -> topics = list(parser, name, TopicPattern::new);
          case "types" -> types = list(parser, name, TypePattern::new);
          case "filter" -> filter = Filters.compile(text(parser, name));
          default -> throw bad("token or claims, event, topics, types and filter are the members");
        }
      }
      if (event == null || (token == null) == (claims == null)) {
        throw bad("an event is required, and either a token or claims");
      }
      if (topics.isEmpty()) {
        throw bad("topics: at least one, or left out for all");
      }
      return new ExplainQuestion(
          Optional.ofNullable(token), Optional.ofNullable(claims), event, topics, types, filter);
    }

    private static Claims claims(JsonParser parser) {
      object(parser, "claims");
      String subject = "";
      Tenant tenant = null;
      List<String> roles = List.of();
      List<TopicPattern> topics = List.of(TopicPattern.ALL);
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        parser.nextToken();
        switch (name) {
          case "subject" -> subject = text(parser, name);
          case "tenant" -> tenant = new Tenant(text(parser, name));
          case "roles" -> roles = list(parser, name, Function.identity());
          case "topics" -> topics = list(parser, name, TopicPattern::new);
          default -> throw bad("claims: subject, tenant, roles and topics are the members");
        }
      }
      if (tenant == null || subject.isBlank()) {
        throw bad("claims: subject and tenant are required");
      }
      return new Claims(
          subject, tenant, new LinkedHashSet<>(roles), topics, Instant.MAX, Claims.Proof.NONE);
    }

    private static void object(JsonParser parser, String name) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw bad(name + ": must be a JSON object");
      }
    }

    private static String text(JsonParser parser, String name) {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw bad(name + ": must be a text");
      }
      return parser.getString();
    }

    private static <T> List<T> list(JsonParser parser, String name, Function<String, T> make) {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw bad(name + ": must be a list of texts");
      }
      List<T> list = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (list.size() == Interest.MAX_PATTERNS) {
          throw bad(name + ": at most " + Interest.MAX_PATTERNS + " of them");
        }
        list.add(make.apply(text(parser, name)));
      }
      return list;
    }
  }
}
