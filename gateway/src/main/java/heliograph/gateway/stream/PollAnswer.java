package heliograph.gateway.stream;

import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.Gap;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.json.Json;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.gateway.wire.Room;
import heliograph.relay.Delivery;
import heliograph.relay.StoredEvent;
import heliograph.relay.Subscription;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one poll: events as they will be sent, and what is said about them. Its bytes count
 * in the room of answers, in its tenant's share. The poll's own thread.
 */
final class PollAnswer implements AutoCloseable {
  /** An answer is sent once it holds this many events. */
  static final int ENOUGH_EVENTS = 256;

  /** An answer is sent once it holds this many bytes of events, or more with the last of them. */
  static final int ENOUGH_BYTES = 1024 * 1024;

  /** An answer is also sent once its events take this part of the room of answers, an eighth. */
  static final int PART_OF_ROOM = 8;

  // The events of an answer and the answer, or the answer and Helidon's copy of it, are in memory
  // at once.
  private static final int COPIES = 2;
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final List<byte[]> events = new ArrayList<>();
  private final RequestTimeouts timeouts;
  private final Tenant tenant;
  private final Function<StoredEvent, byte[]> told;
  private final LongSupplier nanos;
  private final long enoughBytes;
  // It is entered with the first event: who waited for it is not the one who takes it slowly.
  private Room.@Nullable Place place;
  private long bytes;
  private Cursor cursor;
  private @Nullable Gap gap;

  /**
   * Makes an answer without events.
   *
   * @param told makes the JSON of an event
   * @param nanos the hub's clock of elapsed nanoseconds
   */
  PollAnswer(
      RequestTimeouts timeouts,
      Tenant tenant,
      Cursor start,
      Function<StoredEvent, byte[]> told,
      LongSupplier nanos) {
    this.timeouts = timeouts;
    this.tenant = tenant;
    this.told = told;
    this.nanos = nanos;
    this.cursor = start;
    this.enoughBytes = Math.min(ENOUGH_BYTES, timeouts.answerBytes() / PART_OF_ROOM);
  }

  /** How many events it holds. */
  int events() {
    return events.size();
  }

  private boolean isFull() {
    return events.size() >= ENOUGH_EVENTS || bytes >= enoughBytes;
  }

  /** Takes what there is. It waits, up to the deadline, only while there is nothing at all. */
  void gather(Subscription subscription, long deadlineNanos) throws InterruptedException {
    while (!isFull()) {
      boolean nothing = events.isEmpty() && gap == null;
      long left = nothing ? Math.max(0, deadlineNanos - nanos.getAsLong()) : 0;
      // Whoever has gathered something does not wait for room to read more.
      switch (subscription.more(Duration.ofNanos(left))) {
        case Delivery.Events(List<StoredEvent> more, Cursor through, _) -> {
          cursor = through;
          add(more);
        }
        case Delivery.Missed(Gap missed) -> {
          // The gap may lie before or after the events that were gathered; either way the client
          // has to fetch its state anew.
          gap = gap == null ? missed : new Gap(missed.reason(), gap.from(), missed.to());
          if (missed.to().sequence() > cursor.sequence()
              || !missed.to().epoch().equals(cursor.epoch())) {
            cursor = missed.to();
          }
        }
        case Delivery.Quiet(Cursor through) -> {
          cursor = through;
          return;
        }
        case Delivery.Ended(EndReason reason, _) -> {
          if (reason == EndReason.REVOKED) {
            throw new RelayException(ErrorCode.REVOKED_TOKEN, "the token was taken back");
          }
          if (nothing && reason == EndReason.SHUTDOWN) {
            throw RelayException.stopping();
          }
          return;
        }
      }
    }
  }

  /**
   * Adds events until the answer is full. What is left of them is read again by the client's next
   * request.
   *
   * @throws RelayException OVERLOADED if there is no room for them
   */
  private void add(List<StoredEvent> more) {
    for (int i = 0; i < more.size(); i++) {
      StoredEvent stored = more.get(i);
      byte[] json = told.apply(stored);
      hold((long) json.length * COPIES);
      events.add(json);
      bytes += json.length;
      if (stored.isTraced()) {
        stored.trace().written();
      }
      if (isFull() && i < more.size() - 1) {
        cursor = stored.cursor();
        return;
      }
    }
  }

  private void hold(long more) {
    Room.Place mine = place;
    if (mine == null) {
      mine = timeouts.answers(tenant.name(), PollAnswer::overloaded);
      place = mine;
    }
    if (!mine.hold(more)) {
      throw overloaded();
    }
  }

  private static RelayException overloaded() {
    return RelayException.retryAfter(
        ErrorCode.OVERLOADED, "too many answers to polls are being sent", RETRY);
  }

  /** Makes the text, after which the events themselves are let go of. */
  byte[] json() {
    byte[] start = ascii("{\"events\":[");
    byte[] end = ascii("],\"cursor\":\"" + cursor + "\",\"gap\":" + gapJson() + "}");
    int commas = Math.max(0, events.size() - 1);
    // It has its length from the beginning: an array that grows would be there twice.
    ByteBuffer out = ByteBuffer.allocate(start.length + (int) bytes + commas + end.length);
    out.put(start);
    for (int i = 0; i < events.size(); i++) {
      if (i > 0) {
        out.put((byte) ',');
      }
      out.put(events.get(i));
    }
    events.clear();
    return out.put(end).array();
  }

  @Override
  public void close() {
    if (place != null) {
      place.close();
    }
  }

  private String gapJson() {
    Gap told = gap;
    return told == null
        ? "null"
        : Json.object(
            json -> {
              json.writeStringProperty("reason", told.reason().word());
              json.writeStringProperty("from", told.from().toString());
              json.writeStringProperty("to", told.to().toString());
            });
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
