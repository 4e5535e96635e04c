package heliograph.gateway.intake;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.gateway.http.MediaType;
import heliograph.gateway.json.Json;
import heliograph.gateway.types.TypeRule;
import heliograph.gateway.types.TypeRules;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Makes an event of what was sent, by the rules of its form. Any thread. */
public final class EventRules {
  private static final String SPEC_VERSION = "1.0";

  private final int maxEventBytes;
  private final TypeRules types;
  private final InstantSource clock;

  /**
   * Makes the rules.
   *
   * @param maxEventBytes the most bytes of an event
   * @param types the rules of types of events
   */
  public EventRules(int maxEventBytes, TypeRules types, InstantSource clock) {
    this.maxEventBytes = maxEventBytes;
    this.types = types;
    this.clock = clock;
  }

  /**
   * Makes an event that was sent in JSON.
   *
   * @throws RelayException naming the member that breaks its rule
   */
  public Event event(SentEvent sent, BodyForm form, Sender sender) {
    sent.checkObject();
    boolean plain = form == BodyForm.PLAIN;
    checkVersion(sent, plain);
    if (plain) {
      checkNames(sent);
      fillIn(sent, sender);
    }
    return build(sent, payload(sent, contentType(sent)), plain, sender);
  }

  /** The media type of the data; an empty text if the event does not say. */
  private static String contentType(SentEvent sent) {
    return sent.values().get("datacontenttype")
            instanceof SentEvent.Value.Scalar(Attribute.Text(String type))
        ? MediaType.of(type)
        : "";
  }

  private static void checkVersion(SentEvent sent, boolean optional) {
    Optional<String> version = sent.takeText("specversion");
    boolean right = version.map(SPEC_VERSION::equals).orElse(optional);
    if (!right) {
      throw RelayException.invalid("specversion", "specversion: must be " + SPEC_VERSION);
    }
  }

  /**
   * Refuses {@code role} and {@code user}: without the s the event would be for everybody.
   * CloudEvents may have such attributes.
   */
  private static void checkNames(SentEvent sent) {
    for (String name : List.of("role", "user")) {
      if (sent.values().containsKey(name)) {
        throw RelayException.invalid(name, name + ": unknown; " + name + "s is meant");
      }
    }
  }

  /** Fills in the members that CloudEvents require and {@code application/json} does not. */
  private void fillIn(SentEvent sent, Sender sender) {
    if (!sent.values().containsKey("id")) {
      String id = sender.delivery().isEmpty() ? UUID.randomUUID().toString() : sender.delivery();
      sent.put("id", new Attribute.Text(id));
    }
    if (!sent.values().containsKey("source")) {
      sent.put("source", new Attribute.Text(sender.publisher().ownSource()));
    }
    if (!sent.values().containsKey("time")) {
      sent.put("time", new Attribute.Text(clock.instant().toString()));
    }
  }

  private Event build(SentEvent sent, Payload payload, boolean arrays, Sender sender) {
    String id = required(sent, "id");
    String source = required(sent, "source");
    String type = required(sent, "type");
    TypeRule rule = types.of(type);
    if (rule.ephemeral()) {
      sent.put("ephemeral", new Attribute.Truth(true));
    }
    Event event =
        new Event(
            id,
            source,
            type,
            tenant(sent, sender.publisher()),
            new Topic(required(sent, "topic")),
            audience(sent, arrays, rule),
            new Attributes(sent.takeAttributes()),
            payload);
    int most = Math.min(maxEventBytes, sender.publisher().bounds().eventBytes());
    if (event.size() > most) {
      throw new RelayException(ErrorCode.TOO_LARGE, "the event is over " + most + " bytes");
    }
    sender.publisher().check(event);
    // The schema comes last, because it costs most: the data has a size that is allowed by now, and
    // its publisher may send it.
    rule.schema().ifPresent(schema -> schema.check(event.payload()));
    return event;
  }

  private static String required(SentEvent sent, String name) {
    return sent.takeText(name)
        .orElseThrow(() -> RelayException.invalid(name, name + ": is required"));
  }

  private static Tenant tenant(SentEvent sent, Publisher publisher) {
    return sent.takeText("tenant")
        .map(Tenant::new)
        .or(publisher::soleTenant)
        .orElseThrow(
            () ->
                RelayException.invalid(
                    "tenant", "tenant: is required, as the publisher has more than one"));
  }

  private static Audience audience(SentEvent sent, boolean arrays, TypeRule rule) {
    Optional<List<String>> roles = sent.takeNames("roles", arrays);
    Optional<List<String>> users = sent.takeNames("users", arrays);
    if (roles.isEmpty() && users.isEmpty()) {
      return rule.roles().isEmpty()
          ? new Audience.Everyone()
          : new Audience.Members(rule.roles(), Set.of());
    }
    if (roles.isEmpty() && users.get().isEmpty()) {
      // The audience has this rule itself, but does not know that roles were not even mentioned.
      throw RelayException.invalid("users", "users: empty; leave out for everybody");
    }
    return new Audience.Members(set(roles), set(users));
  }

  private static Set<String> set(Optional<List<String>> names) {
    return new LinkedHashSet<>(names.orElse(List.of()));
  }

  private static Payload payload(SentEvent sent, String contentType) {
    Optional<String> base64 = sent.takeText("data_base64");
    if (base64.isPresent()) {
      if (!(sent.data() instanceof SentEvent.Data.Absent)) {
        throw RelayException.invalid("data_base64", "data_base64: not beside data");
      }
      return fromBase64(base64.get(), contentType);
    }
    return switch (sent.data()) {
      case SentEvent.Data.Absent() -> Payload.ABSENT;
      case SentEvent.Data.Json(Payload json) -> json;
      // For data that is not JSON, the string is the data itself (JSON format, section 3.1).
      case SentEvent.Data.Text(Payload json, String text) ->
          MediaType.isJson(contentType) ? json : Payload.text(text);
    };
  }

  private static Payload fromBase64(String base64, String contentType) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      throw RelayException.invalid("data_base64", "data_base64: not base64");
    }
    try {
      return contentType.isEmpty()
          ? Payload.binary(bytes)
          : typed(bytes, contentType, "data_base64");
    } catch (RelayException notJson) {
      throw RelayException.invalid("data_base64", "data_base64: " + notJson.detail());
    }
  }

  /**
   * The payload of bytes by their media type: JSON is checked, text has to be UTF-8, the rest is
   * binary.
   */
  private static Payload typed(byte[] bytes, String mediaType, String member) {
    if (MediaType.isJson(mediaType)) {
      return Json.read(
          bytes,
          parser -> {
            parser.skipChildren();
            parser.finishToken();
            return Payload.json(bytes, byteOrderMark(bytes), bytes.length);
          });
    }
    if (mediaType.startsWith("text/")) {
      try {
        return Payload.text(
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
      } catch (CharacterCodingException _) {
        throw RelayException.invalid(member, member + ": text that is not UTF-8");
      }
    }
    return Payload.binary(bytes);
  }

  /**
   * The length of a byte order mark before JSON. Parsers may ignore it at the beginning of a text
   * (RFC 8259 section 8.1), but data stands in the middle of one, where the mark would spoil a
   * whole answer.
   */
  private static int byteOrderMark(byte[] json) {
    return json[0] == (byte) 0xef ? 3 : 0;
  }

  /**
   * The data of an event in binary mode.
   *
   * @throws RelayException if it is not what its media type says
   */
  static Payload payload(SentEvent sent, byte[] body) {
    return body.length == 0 ? Payload.ABSENT : typed(body, contentType(sent), "data");
  }

  /**
   * Makes an event that was sent in binary mode.
   *
   * @throws RelayException naming the attribute that breaks its rule
   */
  Event binary(SentEvent sent, Payload payload, Sender sender) {
    checkVersion(sent, false);
    return build(sent, payload, false, sender);
  }

  /** The time at which a request is read, by the relay's clock. */
  Instant now() {
    return clock.instant();
  }
}
