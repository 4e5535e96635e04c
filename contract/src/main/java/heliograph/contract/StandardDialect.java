package heliograph.contract;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * The dialects of the contract, in which every stream may ask to be spoken to. They differ in what
 * is in the {@code data} of events, and in whether the type names them; the relay's own words are
 * the same in all.
 *
 * <p>A position is the {@code id} of a frame that has data: half of the clients forget an id that
 * comes without data.
 */
public enum StandardDialect implements Dialect {
  /** The data is the event's data alone. */
  PLAIN,
  /** The data is the whole event in the JSON format of CloudEvents 1.0. */
  CLOUDEVENTS,
  /** The data is the event's data alone, and the frame has no name. */
  PLAIN_UNNAMED,
  /** The data is the whole event, and the frame has no name. */
  CLOUDEVENTS_UNNAMED;

  private static final Frame KEEPALIVE = Frame.comment(" keepalive");
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  // A frame has this many bytes besides the event's data, more or less.
  private static final int ROOM = 128;

  @Override
  public Frame event(Cursor cursor, Event event) {
    Frame.Builder frame = Frame.builder(event.payload().length() + ROOM).id(cursor.toString());
    return switch (this) {
      case PLAIN -> frame.name(name(event.type())).data(plain(event.payload())).build();
      case CLOUDEVENTS -> frame.name(name(event.type())).data(StructuredEvent.json(event)).build();
      case PLAIN_UNNAMED -> frame.data(plain(event.payload())).build();
      case CLOUDEVENTS_UNNAMED -> frame.data(StructuredEvent.json(event)).build();
    };
  }

  /**
   * The name of the SSE event for a type. Browsers dispatch events of their own under some names,
   * whose handlers would run for ours: a type {@code error} would look like a broken connection.
   */
  public static String name(String type) {
    return switch (type) {
      case "error", "open", "message" -> "type." + type;
      default -> type;
    };
  }

  private static byte[] plain(Payload payload) {
    return switch (payload.form()) {
      // A browser does not dispatch an event without a data line; null is one that a JSON parser
      // can read.
      case ABSENT -> NULL;
      case JSON, TEXT -> payload.bytes();
      case BINARY -> Base64.getEncoder().encode(payload.bytes());
    };
  }

  // The texts below use %s for numbers, because %d writes the digits of the default locale.

  @Override
  public List<Frame> connected(Opening opening) {
    String data =
        "{\"stream\":\"%s\",\"tenant\":\"%s\",\"cursor\":\"%s\",\"heartbeat\":%s}"
            .formatted(
                opening.stream(), opening.tenant(), opening.cursor(), seconds(opening.heartbeat()));
    return List.of(
        Frame.builder()
            .id(opening.cursor().toString())
            .retry(opening.retry())
            .name("system.connected")
            .data(data)
            .build());
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0
        ? Long.toString(time.toSeconds())
        : Double.toString(time.toMillis() / 1000.0);
  }

  /** No empty line follows the comment, because some clients would make an empty event of that. */
  @Override
  public Frame keepalive() {
    return KEEPALIVE;
  }

  /** It is a position as well, because some clients forget theirs at a frame without an id. */
  @Override
  public List<Frame> heartbeat(Cursor cursor) {
    return at(cursor.toString(), "system.heartbeat", "{}");
  }

  @Override
  public List<Frame> position(Cursor cursor) {
    return at(cursor.toString(), "system.position", "{}");
  }

  @Override
  public List<Frame> gap(Gap gap) {
    String data =
        "{\"reason\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}"
            .formatted(gap.reason().word(), gap.from(), gap.to());
    return at(gap.to().toString(), "system.gap", data);
  }

  private static List<Frame> at(String place, String name, String data) {
    return List.of(Frame.builder().id(place).name(name).data(data).build());
  }

  @Override
  public List<Frame> reauth(Instant expires) {
    String data = "{\"expires\":\"%s\"}".formatted(expires);
    return List.of(Frame.builder().name("system.reauth").data(data).build());
  }

  @Override
  public List<Frame> shutdown(Duration reconnect) {
    String data = "{\"reconnect\":%s}".formatted(reconnect.toMillis());
    return List.of(Frame.builder().retry(reconnect).name("system.shutdown").data(data).build());
  }

  /**
   * The place is repeated where there is one, because some clients forget theirs at a frame without
   * an id on a new connection.
   */
  @Override
  public List<Frame> end(Ending ending) {
    Frame.Builder frame = Frame.builder();
    ending.place().ifPresent(frame::id);
    String data = "{\"reason\":\"%s\"}".formatted(ending.reason().word());
    return List.of(frame.retry(ending.retry()).name("system.end").data(data).build());
  }
}
