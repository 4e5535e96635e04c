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
 * What a scheme needs of a webhook besides its body. It needs no connection, so a trial can make
 * one of a request that was pasted. Any thread.
 *
 * @param url the address as the sender knows it, with the query; it lacks scheme and host if the
 *     headers contradict each other
 * @param query the query of that address, decoded
 * @param certificate the client's certificate, if the listener has verified one
 */
public record HookRequest(
    Headers headers, String url, UriQuery query, Optional<X509Certificate> certificate) {

  /**
   * Takes what a scheme needs of a request that came over a connection.
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

  /** The client's own certificate, which is the first of the chain. */
  private static Optional<X509Certificate> own(Certificate[] chain) {
    return chain.length > 0 && chain[0] instanceof X509Certificate certificate
        ? Optional.of(certificate)
        : Optional.empty();
  }

  /**
   * The address of this request, with another part before its path.
   *
   * @param base the part before the path, such as {@code https://hooks.example.com}
   */
  String urlAt(String base) {
    return base
        + (url.startsWith("/") ? url : url.substring(url.indexOf('/', url.indexOf("://") + 3)));
  }

  /**
   * The value of a parameter of the query; empty if it is missing, or repeated, since nothing says
   * which value counts.
   */
  String parameter(String name) {
    List<String> values = query.all(name, List::of);
    return values.size() == 1 ? values.getFirst() : "";
  }
}
