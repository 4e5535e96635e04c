package heliograph.gateway.wire;

import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;

/**
 * A request of which nothing can be made. Helidon hands it to {@code Problems} in the place of a
 * request, and the client reads there what was wrong: the words of Helidon's own exceptions get
 * lost on that way, and some of them repeat what came.
 *
 * @param detail what was wrong, in our words alone
 */
public record Malformed(String detail) implements DirectHandler.TransportRequest {
  /** Refuses it; it ends the connection after its answer. */
  static RequestException refused(String detail) {
    return refused(Status.BAD_REQUEST_400, detail);
  }

  static RequestException refused(Status status, String detail) {
    return RequestException.builder()
        .type(DirectHandler.EventType.BAD_REQUEST)
        .status(status)
        .setKeepAlive(false)
        .request(new Malformed(detail))
        .message(detail)
        .build();
  }

  @Override
  public String protocolVersion() {
    return "";
  }

  @Override
  public String method() {
    return "";
  }

  @Override
  public String path() {
    return "";
  }

  @Override
  public ServerRequestHeaders headers() {
    return ServerRequestHeaders.create(WritableHeaders.create());
  }
}
