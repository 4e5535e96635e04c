package heliograph.gateway.profile;

import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.Event;
import heliograph.contract.Frame;
import heliograph.contract.Gap;
import heliograph.relay.StoredEvent;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a stream of a profile speaks. Two are equal if they make equal frames of every event: the
 * profile counts, and of what the request filled in only what stands in those frames. Any thread.
 */
public final class ProfileDialect implements Dialect {
  // A frame has this many bytes besides its data, more or less.
  private static final int ROOM = 128;

  private final Shape shape;
  private final RequestValues values;
  private final RequestValues ofEvents;
  private final InstantSource clock;
  private final int hash;

  /**
   * Makes the dialect of one stream.
   *
   * @param clock the time of the relay's own words
   */
  ProfileDialect(Shape shape, RequestValues values, InstantSource clock) {
    this.shape = shape;
    this.values = values;
    this.ofEvents = values.only(shape.envelope().takes());
    this.clock = clock;
    this.hash = 31 * shape.naming().hashCode() + ofEvents.hashCode();
  }

  @Override
  public Frame event(Cursor cursor, Event event) {
    byte[] data = shape.envelope().frameData(cursor, event, ofEvents);
    Frame.Builder frame = begun(data.length, cursor);
    name(event).ifPresent(frame::name);
    return frame.data(data).build();
  }

  /** The name of an event; empty if it has none. */
  public Optional<String> name(Event event) {
    return shape.name(event);
  }

  /** What an event looks like as a JSON value on one line, as in the answer to a poll. */
  public byte[] data(Cursor cursor, Event event) {
    return shape.envelope().json(cursor, event, ofEvents);
  }

  /**
   * Makes the frames of events that are written together. Where the profile has batches,
   * consecutive events of one type become one frame; any other event ends a batch, so the order
   * stays.
   */
  public List<Frame> frames(List<StoredEvent> events) {
    List<Frame> frames = new ArrayList<>(events.size());
    int at = 0;
    while (at < events.size()) {
      int end = endOfBatch(events, at);
      frames.add(end == at ? events.get(at).frame(this) : batch(events.subList(at, end)));
      at = Math.max(end, at + 1);
    }
    return frames;
  }

  /** Where the batch ends that begins with an event; there itself if its type has no batches. */
  private int endOfBatch(List<StoredEvent> events, int from) {
    String type = events.get(from).event().type();
    Optional<Batch> batch = shape.batch().filter(it -> it.takes(type));
    if (batch.isEmpty()) {
      return from;
    }
    int most = Math.min(events.size(), from + batch.get().most());
    int end = from + 1;
    while (end < most && events.get(end).event().type().equals(type)) {
      end++;
    }
    return end;
  }

  /**
   * Makes one frame of consecutive events of one type.
   *
   * @param events the events in their order, at least one
   */
  private Frame batch(List<StoredEvent> events) {
    Batch batch = shape.batch().orElseThrow();
    byte[] data =
        batch
            .envelope()
            .fill(
                placeholder ->
                    switch (placeholder.name()) {
                      case "event.type" -> JsonValues.text(events.getFirst().event().type());
                      case "count" -> JsonValues.number(events.size());
                      case "items" -> items(events);
                      default -> values.json(placeholder);
                    });
    Frame.Builder frame = begun(data.length, events.getLast().cursor());
    shape.nameOfBatch(events.getFirst().event()).ifPresent(frame::name);
    return frame.data(data).build();
  }

  private byte[] items(List<StoredEvent> events) {
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    char before = '[';
    for (StoredEvent stored : events) {
      array.write(before);
      array.writeBytes(data(stored.cursor(), stored.event()));
      before = ',';
    }
    array.write(']');
    return array.toByteArray();
  }

  private Frame.Builder begun(int bytes, Cursor cursor) {
    Frame.Builder frame = Frame.builder(bytes + ROOM);
    return shape.ids() ? frame.id(cursor.toString()) : frame;
  }

  @Override
  public List<Frame> connected(Opening opening) {
    return shape
        .words()
        .connected()
        .frames(
            new Word.Fields(place(opening.cursor().toString()), Optional.of(opening.retry())),
            placeholder ->
                switch (placeholder.name()) {
                  case "stream" -> JsonValues.text(opening.stream());
                  case "tenant" -> JsonValues.text(opening.tenant().name());
                  case "subject" -> JsonValues.text(opening.subject());
                  case "cursor" -> JsonValues.text(opening.cursor().toString());
                  case "heartbeat" -> JsonValues.seconds(shape.heartbeat(opening.heartbeat()));
                  default -> common(placeholder);
                });
  }

  @Override
  public Frame keepalive() {
    return Frame.comment(shape.words().comment());
  }

  /** No request can ask a profile for heartbeats, so this only moves the client. */
  @Override
  public List<Frame> heartbeat(Cursor cursor) {
    return position(cursor);
  }

  /** Without ids there are no positions to move to. */
  @Override
  public List<Frame> position(Cursor cursor) {
    if (!shape.ids()) {
      return List.of();
    }
    return shape
        .words()
        .position()
        .frames(
            Word.Fields.at(cursor.toString()),
            placeholder ->
                switch (placeholder.name()) {
                  case "cursor" -> JsonValues.text(cursor.toString());
                  default -> common(placeholder);
                });
  }

  @Override
  public List<Frame> gap(Gap gap) {
    return shape
        .words()
        .gap()
        .frames(
            new Word.Fields(place(gap.to().toString()), Optional.empty()),
            placeholder ->
                switch (placeholder.name()) {
                  case "reason" -> JsonValues.text(gap.reason().word());
                  case "from" -> JsonValues.text(gap.from().toString());
                  case "to" -> JsonValues.text(gap.to().toString());
                  default -> common(placeholder);
                });
  }

  @Override
  public List<Frame> reauth(Instant expires) {
    return shape
        .words()
        .reauth()
        .frames(
            Word.Fields.NONE,
            placeholder ->
                switch (placeholder.name()) {
                  case "expires" -> JsonValues.text(expires.toString());
                  default -> common(placeholder);
                });
  }

  @Override
  public List<Frame> shutdown(Duration reconnect) {
    return shape
        .words()
        .shutdown()
        .frames(
            new Word.Fields(Optional.empty(), Optional.of(reconnect)),
            placeholder ->
                switch (placeholder.name()) {
                  case "reconnect" -> JsonValues.number(reconnect.toMillis());
                  default -> common(placeholder);
                });
  }

  @Override
  public List<Frame> end(Ending ending) {
    return shape
        .words()
        .end(ending.reason())
        .frames(
            new Word.Fields(ending.place().filter(_ -> shape.ids()), Optional.of(ending.retry())),
            placeholder ->
                switch (placeholder.name()) {
                  case "reason" -> JsonValues.text(ending.reason().word());
                  default -> common(placeholder);
                });
  }

  private Optional<String> place(String place) {
    return shape.ids() ? Optional.of(place) : Optional.empty();
  }

  /** What every one of the relay's own words may take. */
  private byte[] common(Placeholder placeholder) {
    return placeholder.isOfRequest()
        ? values.json(placeholder)
        : JsonValues.now(clock.instant(), placeholder);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProfileDialect that
        && hash == that.hash
        && (shape == that.shape || shape.equals(that.shape))
        && ofEvents.equals(that.ofEvents);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
