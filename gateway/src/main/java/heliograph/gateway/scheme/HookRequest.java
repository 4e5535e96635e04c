package heliograph.gateway.scheme;

import heliograph.gateway.http.OwnOrigin;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.Headers;
import io.helidon.webserver.http.ServerRequest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a scheme looks at of a webhook, besides its body: it needs no connection, so that a request
 * can be tried that never came over one. Any thread.
 *
 * @param url as the sender knows it, with the query; without scheme and host if the headers say two
 *     things
 * @param query the same query, decoded
 * @param certificate of the client, as the listener has verified it
 */
public record HookRequest(
    Headers headers, String url, UriQuery query, Optional<X509Certificate> certificate) {

  /**
   * Of a request that came over a connection.
   *
   * @param origin knows by which address the relay is called
   */
  public static HookRequest of(ServerRequest request, OwnOrigin origin) {
    String path = request.path().rawPath();
    String query = request.query().rawValue();
    String target = query.isEmpty() ? path : path + "?" + query;
    return new HookRequest(
        request.headers(),
        origin.url(request, target),
        request.query(),
        request.remotePeer().tlsCertificates().flatMap(HookRequest::own));
  }

  /** The client's own is the first of the chain. */
  private static Optional<X509Certificate> own(Certificate[] chain) {
    return chain.length > 0 && chain[0] instanceof X509Certificate certificate
        ? Optional.of(certificate)
        : Optional.empty();
  }

  /**
   * The address with another beginning.
   *
   * @param base what stands before the path, such as {@code https://hooks.example.com}
   */
  String urlAt(String base) {
    return base
        + (url.startsWith("/") ? url : url.substring(url.indexOf('/', url.indexOf("://") + 3)));
  }

  /** A parameter of the query; empty if it is missing or, as nobody says which counts, repeated. */
  String parameter(String name) {
    List<String> values = query.all(name, List::of);
    return values.size() == 1 ? values.getFirst() : "";
  }
}
