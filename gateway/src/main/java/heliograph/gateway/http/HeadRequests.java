package heliograph.gateway.http;

import heliograph.gateway.wire.AnswerPieces;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;

/**
 * Serves HEAD as GET, on every path and also where Helidon serves it (RFC 9110 section 9.3.2);
 * {@link AnswerPieces} leaves out the body. Any thread.
 */
public final class HeadRequests {
  private static final Object MARK = new Object();

  private HeadRequests() {}

  /** The filter that turns HEAD into GET and marks the request. */
  public static void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    HttpPrologue asked = request.prologue();
    if (asked.method().equals(Method.HEAD)) {
      request.context().register(MARK, true);
      request.prologue(
          HttpPrologue.create(
              asked.rawProtocol(),
              asked.protocol(),
              asked.protocolVersion(),
              Method.GET,
              asked.uriPath(),
              asked.query(),
              asked.fragment()));
    }
    chain.proceed();
  }

  /** Whether a request that is served as GET asks for nothing but the head of the answer. */
  public static boolean is(ServerRequest request) {
    return request.context().get(MARK, Boolean.class).isPresent();
  }
}
