package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.Gap;
import heliograph.contract.RelayException;
import heliograph.contract.StructuredEvent;
import heliograph.gateway.access.Caller;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.access.TopicRules;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.http.KnownParameters;
import heliograph.gateway.http.Paths;
import heliograph.gateway.json.Json;
import heliograph.relay.Delivery;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.StoredEvent;
import heliograph.relay.Subscription;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves clients without SSE: they get the events that a stream would get from the same cursor, as
 * one JSON answer. A poll is a subscription that lives as long as the request waits. Any thread.
 */
final class PollHandler {
  /** The longest time that a request may wait for its first event. */
  static final Duration MAX_WAIT = Duration.ofSeconds(60);

  /**
   * An answer is sent once it holds this many events; events that were read together stay together,
   * so it may hold more.
   */
  static final int ENOUGH_EVENTS = 256;

  /** An answer is sent once it holds this many bytes of events. */
  static final int ENOUGH_BYTES = 1024 * 1024;

  private final Hub hub;
  private final Subscribers subscribers;
  private final TopicRules rules;
  private final StreamTools tools;

  PollHandler(Hub hub, Subscribers subscribers, TopicRules rules, StreamTools tools) {
    this.hub = hub;
    this.subscribers = subscribers;
    this.rules = rules;
    this.tools = tools;
  }

  void register(HttpRules rules) {
    rules.get(Paths.EVENTS, this::poll);
  }

  private void poll(ServerRequest request, ServerResponse response) {
    subscribers.checkQuery(request, KnownParameters.Endpoint.POLL);
    StreamQuery query = StreamQuery.ofPoll(request, tools.clock());
    Duration asked = wait(request);
    Caller caller = subscribers.of(request);
    Duration wait = shorter(asked, left(caller.claims()));
    Interest interest = query.interest(caller.claims(), tools.filters());
    var _ = rules.admit(caller, request.headers(), interest.topics());
    Subscription subscription = hub.poll(interest, query.dialect(), query.keep(), query.start());
    try {
      // A revocation that came since the caller was let in may not have seen this poll.
      subscribers.checkAgain(caller.claims());
      Answer answer = new Answer(subscription.position(), hub::nanos);
      answer.gather(subscription, hub.nanos() + wait.toNanos());
      tools.metrics().delivered(answer.events.size());
      byte[] json = answer.json();
      // From here on the answer counts, and no longer the events that it was made of.
      subscription.written();
      send(response, json);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw RelayException.stopping();
    } finally {
      hub.leave(subscription);
    }
  }

  private static void send(ServerResponse response, byte[] json) {
    JsonAnswer.in(response).send(json);
  }

  private Duration left(Claims claims) {
    return Duration.between(tools.clock().instant(), claims.expires());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration wait(ServerRequest request) {
    String text = request.query().first("wait").asOptional().orElse("0");
    if (text.matches("[0-9]{1,4}") && Long.parseLong(text) <= MAX_WAIT.toSeconds()) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    throw new RelayException(
        ErrorCode.INVALID_REQUEST, "wait: whole seconds from 0 to " + MAX_WAIT.toSeconds());
  }

  /** What is gathered for one request. */
  private static final class Answer {
    private final List<StoredEvent> events = new ArrayList<>();
    private final LongSupplier nanos;
    private long bytes;
    private Cursor cursor;
    private @Nullable Gap gap;

    Answer(Cursor start, LongSupplier nanos) {
      this.nanos = nanos;
      this.cursor = start;
    }

    /** Takes what there is. It waits, up to the deadline, only while there is nothing at all. */
    void gather(Subscription subscription, long deadlineNanos) throws InterruptedException {
      while (events.size() < ENOUGH_EVENTS && bytes < ENOUGH_BYTES) {
        boolean nothing = events.isEmpty() && gap == null;
        long left = nothing ? Math.max(0, deadlineNanos - nanos.getAsLong()) : 0;
        switch (subscription.more(Duration.ofNanos(left))) {
          case Delivery.Events(List<StoredEvent> more, Cursor through, _) -> {
            events.addAll(more);
            bytes += more.stream().mapToLong(stored -> stored.event().size()).sum();
            cursor = through;
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

    byte[] json() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      write(out, "{\"events\":[");
      for (int i = 0; i < events.size(); i++) {
        write(out, i == 0 ? "" : ",");
        out.writeBytes(StructuredEvent.json(events.get(i).event()));
      }
      write(out, "],\"cursor\":\"" + cursor + "\",\"gap\":" + gapJson() + "}");
      return out.toByteArray();
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

    private static void write(ByteArrayOutputStream out, String text) {
      out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
