package heliograph.gateway;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import io.helidon.http.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Turns a body into events, by the rules of its form and within the publisher's bounds. Any thread.
 */
final class EventReader {
  private static final String SPEC_VERSION = "1.0";

  private final int maxEventBytes;
  private final int maxBatch;
  private final InstantSource clock;

  EventReader(int maxEventBytes, int maxBatch, InstantSource clock) {
    this.maxEventBytes = maxEventBytes;
    this.maxBatch = maxBatch;
    this.clock = clock;
  }

  /**
   * Who sent a body, and what its events have when they do not say.
   *
   * @param delivery the id of the delivery; empty if it has none
   */
  record Sender(Publisher publisher, String delivery) {}

  /** What an event of a batch turned out to be. */
  sealed interface Reading {
    record Fit(Event event) implements Reading {}

    record Unfit(RelayException why) implements Reading {}
  }

  /**
   * What a body held.
   *
   * @param batch whether it was an array, so that the answer is one too
   */
  record Contents(boolean batch, List<Reading> readings) {}

  /**
   * Reads a body.
   *
   * @throws RelayException if it is not of its form; for a single event also if that is unfit
   */
  Contents read(BodyForm form, byte[] body, Headers headers, Sender sender) {
    return switch (form) {
      case STRUCTURED -> single(Json.read(body, parser -> one(parser, body, form, sender)));
      case BATCH -> Json.read(body, parser -> batch(parser, body, form, sender));
      case BINARY -> single(binary(body, headers, sender));
      case PLAIN ->
          Json.read(
              body,
              parser ->
                  parser.currentToken() == JsonToken.START_ARRAY
                      ? batch(parser, body, form, sender)
                      : single(one(parser, body, form, sender)));
    };
  }

  private static Contents single(Event event) {
    return new Contents(false, List.of(new Reading.Fit(event)));
  }

  private Event one(JsonParser parser, byte[] body, BodyForm form, Sender sender) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      throw Members.notAnObject();
    }
    return event(Members.read(parser, body), form, sender);
  }

  private Contents batch(JsonParser parser, byte[] body, BodyForm form, Sender sender) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new RelayException(ErrorCode.INVALID_EVENT, "a batch is a JSON array");
    }
    List<Reading> readings = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      int index = readings.size();
      if (index == maxBatch) {
        throw new RelayException(ErrorCode.TOO_LARGE, "over " + maxBatch + " events in a batch");
      }
      Sender own = new Sender(sender.publisher(), deliveryAt(sender.delivery(), index));
      try {
        readings.add(new Reading.Fit(one(parser, body, form, own)));
      } catch (RelayException why) {
        readings.add(new Reading.Unfit(why.at(index)));
      }
    }
    return new Contents(true, readings);
  }

  // A repeated delivery brings the same events at the same places.
  private static String deliveryAt(String delivery, int index) {
    return delivery.isEmpty() ? "" : delivery + "." + index;
  }

  private Event event(Members members, BodyForm form, Sender sender) {
    boolean plain = form == BodyForm.PLAIN;
    checkVersion(members, plain);
    if (plain) {
      fillIn(members, sender);
    }
    String contentType =
        members.values().get("datacontenttype")
                instanceof Members.Value.Scalar(Attribute.Text(String type))
            ? BodyForm.mediaType(type)
            : "";
    Payload payload = payload(members, contentType);
    return build(members, payload, plain, sender);
  }

  private static void checkVersion(Members members, boolean optional) {
    Optional<String> version = members.takeText("specversion");
    boolean right = version.map(SPEC_VERSION::equals).orElse(optional);
    if (!right) {
      throw RelayException.invalid("specversion", "specversion: must be " + SPEC_VERSION);
    }
  }

  /** In {@code application/json} only topic and type are required of the standard's members. */
  private void fillIn(Members members, Sender sender) {
    if (!members.values().containsKey("id")) {
      String id = sender.delivery().isEmpty() ? UUID.randomUUID().toString() : sender.delivery();
      members.put("id", new Attribute.Text(id));
    }
    if (!members.values().containsKey("source")) {
      members.put("source", new Attribute.Text("/publishers/" + sender.publisher().name()));
    }
    if (!members.values().containsKey("time")) {
      members.put("time", new Attribute.Text(clock.instant().toString()));
    }
  }

  private Event build(Members members, Payload payload, boolean arrays, Sender sender) {
    Event event =
        new Event(
            required(members, "id"),
            required(members, "source"),
            required(members, "type"),
            tenant(members, sender.publisher()),
            new Topic(required(members, "topic")),
            audience(members, arrays),
            new Attributes(members.takeAttributes()),
            payload);
    if (event.size() > maxEventBytes) {
      throw new RelayException(
          ErrorCode.TOO_LARGE, "the event is over " + maxEventBytes + " bytes");
    }
    sender.publisher().check(event);
    return event;
  }

  private static String required(Members members, String name) {
    return members
        .takeText(name)
        .orElseThrow(() -> RelayException.invalid(name, name + ": is required"));
  }

  private static Tenant tenant(Members members, Publisher publisher) {
    return members
        .takeText("tenant")
        .map(Tenant::new)
        .or(publisher::soleTenant)
        .orElseThrow(
            () ->
                RelayException.invalid(
                    "tenant", "tenant: is required, as the publisher has more than one"));
  }

  private static Audience audience(Members members, boolean arrays) {
    Optional<List<String>> roles = members.takeNames("roles", arrays);
    Optional<List<String>> users = members.takeNames("users", arrays);
    if (roles.isEmpty() && users.isEmpty()) {
      return new Audience.Everyone();
    }
    return new Audience.Members(set(roles), set(users));
  }

  private static Set<String> set(Optional<List<String>> names) {
    return new LinkedHashSet<>(names.orElse(List.of()));
  }

  private static Payload payload(Members members, String contentType) {
    Optional<String> base64 = members.takeText("data_base64");
    if (base64.isPresent()) {
      if (!(members.data() instanceof Members.Data.Absent)) {
        throw RelayException.invalid("data_base64", "data_base64: not beside data");
      }
      return fromBase64(base64.get(), contentType);
    }
    return switch (members.data()) {
      case Members.Data.Absent() -> Payload.ABSENT;
      case Members.Data.Json(Payload json) -> json;
      // Section 3.1 of the JSON format: for data that is not JSON, the string is the data itself.
      case Members.Data.Text(Payload json, String text) ->
          BodyForm.isJson(contentType) ? json : Payload.text(text);
    };
  }

  private static Payload fromBase64(String base64, String contentType) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      throw RelayException.invalid("data_base64", "data_base64: not base64");
    }
    return contentType.isEmpty() ? Payload.binary(bytes) : typed(bytes, contentType, "data_base64");
  }

  /** Bytes whose media type is known: JSON is checked, text must be UTF-8, the rest is binary. */
  private static Payload typed(byte[] bytes, String mediaType, String member) {
    if (BodyForm.isJson(mediaType)) {
      return Json.read(
          bytes,
          parser -> {
            parser.skipChildren();
            parser.finishToken();
            return Payload.json(bytes, 0, bytes.length);
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

  private Event binary(byte[] body, Headers headers, Sender sender) {
    Members members = BinaryMode.read(headers);
    checkVersion(members, false);
    Map<String, Members.Value> values = new LinkedHashMap<>(members.values());
    String contentType =
        values.get("datacontenttype") instanceof Members.Value.Scalar(Attribute attribute)
            ? BodyForm.mediaType(attribute.text())
            : "";
    Payload payload = body.length == 0 ? Payload.ABSENT : typed(body, contentType, "data");
    return build(members, payload, false, sender);
  }
}
