package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.MediaType;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses requests to the admin listener that the pages of others may have sent: operators may have
 * a browser, with a cookie or where no login is needed, and such a page must neither read nor order
 * anything. The filter runs before every route, and on paths that are none. Any thread.
 *
 * <p>A page whose own name was pointed at this address (DNS rebinding) passes for one of ours in
 * the browser, but its requests still have that name as their {@code Host}. Any other page sends
 * its origin, or cannot send {@code application/json} without a preflight (Fetch standard, section
 * 2.2.2), which nobody answers.
 */
public final class AdminGuard implements Filter {
  /** The entry in place of hosts that allows every host. */
  public static final String EVERY = "*";

  /** The most hosts that may be configured. */
  public static final int MAX_HOSTS = 100;

  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", same("[::1]"));
  private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
  private static final Set<Method> SAFE = Set.of(Method.GET, Method.HEAD, Method.OPTIONS);

  private final Set<String> hosts;

  private AdminGuard(Set<String> hosts) {
    this.hosts = hosts;
  }

  /**
   * Makes a guard that allows some hosts.
   *
   * @param hosts the hosts that are configured; if empty, loopback names and the address of the
   *     listener
   * @param bound the address of the listener
   */
  public static AdminGuard of(List<String> hosts, String bound) {
    Set<String> all = new HashSet<>(hosts);
    if (hosts.isEmpty()) {
      all.addAll(LOOPBACK);
      // A listener that is bound to every address has no address of its own.
      String address = bound.contains(":") && !bound.startsWith("[") ? "[" + bound + "]" : bound;
      if (!isWildcard(address)) {
        all.add(same(address));
      }
    }
    return new AdminGuard(Set.copyOf(all));
  }

  private static boolean isWildcard(String address) {
    return address.equals("0.0.0.0") || same(address).equals(same("[::]"));
  }

  /**
   * Writes a host in the one spelling in which hosts are compared.
   *
   * @throws IllegalArgumentException if the text is no host, or has more than a host in it
   */
  public static String host(String text) {
    if (!text.equals(EVERY) && !text.matches("\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9_.-]{1,253}")) {
      throw new IllegalArgumentException(
          "a host is a name or an address, that of IPv6 in brackets, without a port; or * alone");
    }
    return same(text);
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    ServerRequestHeaders headers = request.headers();
    List<String> named = headers.all(HeaderNames.HOST, List::of);
    if (named.size() != 1) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, "Host: exactly one is required");
    }
    String host = named.getFirst().toLowerCase(Locale.ROOT);
    if (!hosts.contains(EVERY) && !hosts.contains(same(withoutPort(host)))) {
      throw new RelayException(
          ErrorCode.MISDIRECTED,
          "Host: not one of relay.admin.hosts, to which this listener answers");
    }
    if (!SAFE.contains(request.prologue().method()) && !isOwn(headers, host)) {
      throw new RelayException(ErrorCode.NOT_ALLOWED, "a page of another site has no say here");
    }
    if (request.content().hasEntity() && !Operators.FORMS.contains(request.path().path())) {
      MediaType.require(headers, MediaType.JSON);
    }
    chain.proceed();
  }

  /**
   * Whether a request comes from a page of this listener, or from no browser, which sends no
   * origin.
   */
  private static boolean isOwn(ServerRequestHeaders headers, String host) {
    return headers.all(HeaderNames.ORIGIN, List::of).stream()
            .allMatch(it -> it.equals("http://" + host) || it.equals("https://" + host))
        && headers.all(FETCH_SITE, List::of).stream()
            .allMatch(it -> it.equals("same-origin") || it.equals("none"));
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
  }

  /**
   * A name in lower case and without the dot of the DNS root; an address of IPv6 in the JDK's
   * spelling.
   */
  private static String same(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    if (lower.startsWith("[") && lower.endsWith("]")) {
      try {
        return "["
            + InetAddress.ofLiteral(lower.substring(1, lower.length() - 1)).getHostAddress()
            + "]";
      } catch (IllegalArgumentException _) {
        // It is no address, and equals only itself.
        return lower;
      }
    }
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
