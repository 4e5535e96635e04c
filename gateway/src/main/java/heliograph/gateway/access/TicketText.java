package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What a ticket says, before it is signed. Read only after its signature: it is what we wrote.
 *
 * @param id its own, by which its use is remembered
 * @param sold when, in milliseconds of Unix time
 * @param until when its time is over, likewise
 * @param claims of who opens a stream with it
 */
record TicketText(String id, long sold, long until, Claims claims) {
  String json() {
    Claims.Proof proof = claims.proof();
    return Json.object(
        json -> {
          json.writeStringProperty("id", id);
          json.writeNumberProperty("sold", sold);
          json.writeNumberProperty("until", until);
          json.writeStringProperty("sub", claims.subject());
          json.writeStringProperty("tenant", claims.tenant().toString());
          texts(json, "roles", claims.roles().stream());
          texts(json, "topics", claims.topics().stream().map(TopicPattern::value));
          json.writeNumberProperty("exp", claims.expires().getEpochSecond());
          json.writeStringProperty("iss", proof.issuer());
          proof.session().ifPresent(session -> json.writeStringProperty("sid", session));
          proof.token().ifPresent(token -> json.writeStringProperty("jti", token));
          json.writeNumberProperty("iat", proof.issued().getEpochSecond());
        });
  }

  private static void texts(
      tools.jackson.core.JsonGenerator json, String name, Stream<String> texts) {
    json.writeName(name);
    json.writeStartArray();
    texts.forEach(json::writeString);
    json.writeEndArray();
  }

  /**
   * @throws RelayException if it is not what {@link #json} wrote
   */
  static TicketText read(byte[] json) {
    return Json.read(json, parser -> new Reader().read(parser));
  }

  /** Fills in one member after the other. */
  private static final class Reader {
    private String id = "";
    private long sold;
    private long until;
    private String subject = "";
    private String tenant = "";
    private List<String> roles = List.of();
    private List<String> topics = List.of();
    private Instant expires = Instant.EPOCH;
    private String issuer = "";
    private Optional<String> session = Optional.empty();
    private Optional<String> token = Optional.empty();
    private Instant issued = Instant.EPOCH;

    TicketText read(JsonParser parser) {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        member(name, parser);
      }
      return new TicketText(
          id,
          sold,
          until,
          new Claims(
              subject,
              new Tenant(tenant),
              new HashSet<>(roles),
              topics.stream().map(TopicPattern::new).toList(),
              expires,
              new Claims.Proof(issuer, session, token, issued)));
    }

    private void member(String name, JsonParser parser) {
      switch (name) {
        case "id" -> id = parser.getString();
        case "sold" -> sold = parser.getLongValue();
        case "until" -> until = parser.getLongValue();
        case "sub" -> subject = parser.getString();
        case "tenant" -> tenant = parser.getString();
        case "roles" -> roles = texts(parser);
        case "topics" -> topics = texts(parser);
        case "exp" -> expires = Instant.ofEpochSecond(parser.getLongValue());
        case "iss" -> issuer = parser.getString();
        case "sid" -> session = Optional.of(parser.getString());
        case "jti" -> token = Optional.of(parser.getString());
        case "iat" -> issued = Instant.ofEpochSecond(parser.getLongValue());
        default -> throw new IllegalStateException("not a member of a ticket: " + name);
      }
    }

    private static List<String> texts(JsonParser parser) {
      List<String> texts = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        texts.add(parser.getString());
      }
      return texts;
    }
  }
}
