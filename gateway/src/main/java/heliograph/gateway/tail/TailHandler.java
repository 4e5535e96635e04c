package heliograph.gateway.tail;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.HeadRequests;
import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.Deed;
import heliograph.gateway.operator.Operator;
import heliograph.gateway.operator.Refused;
import heliograph.gateway.operator.Role;
import heliograph.relay.Hub;
import heliograph.relay.Tail;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Shows operators the events of a tenant as they come: their attributes to everybody who may look,
 * and their data, without what is masked from those without a role, to those with the role {@code
 * payload}. Each opening is noted in the audit before it shows anything. Any thread.
 */
public final class TailHandler {
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final Hub hub;
  private final Audit audit;
  private final int most;
  private final Semaphore free;

  /**
   * Makes the handler.
   *
   * @param most how many may look on at once
   */
  public TailHandler(Hub hub, Audit audit, int most) {
    this.hub = hub;
    this.audit = audit;
    this.most = most;
    this.free = new Semaphore(most);
  }

  /** Serves a tail, until whoever asked goes away or may not look on any more. */
  public void open(ServerRequest request, ServerResponse response) {
    Operator who = Operator.of(request);
    TailQuery query =
        TailQuery.read(
            request.query(),
            who.roles().contains(Role.PAYLOAD),
            refusal -> Refused.noted(request, refusal));
    response.header(HeaderValues.create(HeaderNames.CACHE_CONTROL, "no-store"));
    if (HeadRequests.is(request)) {
      response.header(HeaderNames.CONTENT_TYPE, "text/event-stream").send();
      return;
    }
    if (!free.tryAcquire()) {
      throw RelayException.retryAfter(
          ErrorCode.TOO_MANY_STREAMS,
          "relay.admin.tails lets %d look on at once".formatted(most),
          RETRY);
    }
    Optional<CloseConnectionException> broken;
    try {
      Deed deed = new Deed(query.data() ? "tail-payload" : "tail", query.toString(), "");
      broken = audit.act(who, deed, () -> show(query, who, response));
    } finally {
      free.release();
    }
    if (broken.isPresent()) {
      throw broken.get();
    }
  }

  /** Shows events until that is over; returns what has broken the connection, if that is why. */
  private Optional<CloseConnectionException> show(
      TailQuery query, Operator who, ServerResponse response) {
    Tail tail = hub.tail(query.interest());
    try (SseSink sink = response.sink(SseSink.TYPE)) {
      new TailWriter(
              tail,
              query.data(),
              (name, data) -> sink.emit(SseEvent.builder().name(name).data(data).build()),
              who::stands,
              hub::nanos)
          .run();
    } catch (CloseConnectionException e) {
      // Its tab was hidden or closed, or it took nothing for too long. Helidon is to know.
      return Optional.of(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      hub.leave(tail);
    }
    return Optional.empty();
  }
}
