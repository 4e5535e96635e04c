package heliograph.gateway.wire;

import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;

/**
 * Stands for a request that cannot be read. Helidon hands it to {@code Problems} in place of a
 * request, which tells the client what was wrong: the texts of Helidon's own exceptions get lost on
 * that way, and some of them repeat what the client sent.
 *
 * @param detail what was wrong, in our words alone
 */
public record Malformed(String detail) implements DirectHandler.TransportRequest {
  /** The exception that answers 400 and then ends the connection. */
  static RequestException refused(String detail) {
    return refused(Status.BAD_REQUEST_400, detail);
  }

  /** The exception that answers a status and then ends the connection. */
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
