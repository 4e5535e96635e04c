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

/** Makes an event of the members that were sent, by the rules of their form. Any thread. */
public final class EventRules {
  private static final String SPEC_VERSION = "1.0";

  private final int maxEventBytes;
  private final TypeRules types;
  private final InstantSource clock;

  public EventRules(int maxEventBytes, TypeRules types, InstantSource clock) {
    this.maxEventBytes = maxEventBytes;
    this.types = types;
    this.clock = clock;
  }

  /**
   * An event in JSON.
   *
   * @throws RelayException naming the member that breaks its rule
   */
  public Event event(SentEvent members, BodyForm form, Sender sender) {
    members.checkObject();
    boolean plain = form == BodyForm.PLAIN;
    checkVersion(members, plain);
    if (plain) {
      checkNames(members);
      fillIn(members, sender);
    }
    return build(members, payload(members, contentType(members)), plain, sender);
  }

  /** The media type of the data; empty if the event does not say. */
  private static String contentType(SentEvent members) {
    return members.values().get("datacontenttype")
            instanceof SentEvent.Value.Scalar(Attribute.Text(String type))
        ? MediaType.of(type)
        : "";
  }

  private static void checkVersion(SentEvent members, boolean optional) {
    Optional<String> version = members.takeText("specversion");
    boolean right = version.map(SPEC_VERSION::equals).orElse(optional);
    if (!right) {
      throw RelayException.invalid("specversion", "specversion: must be " + SPEC_VERSION);
    }
  }

  /** A CloudEvent may have such an attribute; who writes members of ours meant to address some. */
  private static void checkNames(SentEvent members) {
    for (String name : List.of("role", "user")) {
      if (members.values().containsKey(name)) {
        throw RelayException.invalid(name, name + ": unknown; " + name + "s is meant");
      }
    }
  }

  /** In {@code application/json} only topic and type are required of the standard's members. */
  private void fillIn(SentEvent members, Sender sender) {
    if (!members.values().containsKey("id")) {
      String id = sender.delivery().isEmpty() ? UUID.randomUUID().toString() : sender.delivery();
      members.put("id", new Attribute.Text(id));
    }
    if (!members.values().containsKey("source")) {
      members.put("source", new Attribute.Text(sender.publisher().ownSource()));
    }
    if (!members.values().containsKey("time")) {
      members.put("time", new Attribute.Text(clock.instant().toString()));
    }
  }

  private Event build(SentEvent members, Payload payload, boolean arrays, Sender sender) {
    String id = required(members, "id");
    String source = required(members, "source");
    String type = required(members, "type");
    TypeRule rule = types.of(type);
    if (rule.ephemeral()) {
      members.put("ephemeral", new Attribute.Truth(true));
    }
    Event event =
        new Event(
            id,
            source,
            type,
            tenant(members, sender.publisher()),
            new Topic(required(members, "topic")),
            audience(members, arrays, rule),
            new Attributes(members.takeAttributes()),
            payload);
    int most = Math.min(maxEventBytes, sender.publisher().bounds().eventBytes());
    if (event.size() > most) {
      throw new RelayException(ErrorCode.TOO_LARGE, "the event is over " + most + " bytes");
    }
    sender.publisher().check(event);
    // Last, as it costs most: for data of a size that may be, of a publisher that may send it.
    rule.schema().ifPresent(schema -> schema.check(event.payload()));
    return event;
  }

  private static String required(SentEvent members, String name) {
    return members
        .takeText(name)
        .orElseThrow(() -> RelayException.invalid(name, name + ": is required"));
  }

  private static Tenant tenant(SentEvent members, Publisher publisher) {
    return members
        .takeText("tenant")
        .map(Tenant::new)
        .or(publisher::soleTenant)
        .orElseThrow(
            () ->
                RelayException.invalid(
                    "tenant", "tenant: is required, as the publisher has more than one"));
  }

  private static Audience audience(SentEvent members, boolean arrays, TypeRule rule) {
    Optional<List<String>> roles = members.takeNames("roles", arrays);
    Optional<List<String>> users = members.takeNames("users", arrays);
    if (roles.isEmpty() && users.isEmpty()) {
      return rule.roles().isEmpty()
          ? new Audience.Everyone()
          : new Audience.Members(rule.roles(), Set.of());
    }
    if (roles.isEmpty() && users.get().isEmpty()) {
      // The rule is the audience's own, but it cannot know that roles were not even mentioned.
      throw RelayException.invalid("users", "users: empty; leave out for everybody");
    }
    return new Audience.Members(set(roles), set(users));
  }

  private static Set<String> set(Optional<List<String>> names) {
    return new LinkedHashSet<>(names.orElse(List.of()));
  }

  private static Payload payload(SentEvent members, String contentType) {
    Optional<String> base64 = members.takeText("data_base64");
    if (base64.isPresent()) {
      if (!(members.data() instanceof SentEvent.Data.Absent)) {
        throw RelayException.invalid("data_base64", "data_base64: not beside data");
      }
      return fromBase64(base64.get(), contentType);
    }
    return switch (members.data()) {
      case SentEvent.Data.Absent() -> Payload.ABSENT;
      case SentEvent.Data.Json(Payload json) -> json;
      // Section 3.1 of the JSON format: for data that is not JSON, the string is the data itself.
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

  /** Bytes whose media type is known: JSON is checked, text must be UTF-8, the rest is binary. */
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
   * The length of a mark before JSON, which parsers ignore (RFC 8259 section 8.1) at the beginning
   * of a text alone. Carried on, it would stand in the middle of one, and spoil a whole answer.
   */
  private static int byteOrderMark(byte[] json) {
    return json[0] == (byte) 0xef ? 3 : 0;
  }

  /**
   * The data of binary mode.
   *
   * @throws RelayException if it is not what its type says
   */
  static Payload payload(SentEvent members, byte[] body) {
    return body.length == 0 ? Payload.ABSENT : typed(body, contentType(members), "data");
  }

  /**
   * An event in binary mode.
   *
   * @throws RelayException naming the attribute that breaks its rule
   */
  Event binary(SentEvent members, Payload payload, Sender sender) {
    checkVersion(members, false);
    return build(members, payload, false, sender);
  }

  Instant now() {
    return clock.instant();
  }
}
