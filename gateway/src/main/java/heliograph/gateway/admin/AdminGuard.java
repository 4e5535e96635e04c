package heliograph.gateway.admin;

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
 * Lets in to the admin door who means it: an operator has no credentials there, but a browser, so a
 * page of somebody else must neither be read to nor obeyed. It goes around every route there is or
 * will be, and paths that are none. Any thread.
 *
 * <p>A page whose own name was pointed at this address (DNS rebinding) passes for one of ours in
 * the browser, but still says its name as the host; any other page says where it is from, or cannot
 * send the media type without asking first (Fetch standard, section 2.2.2), which nobody answers.
 */
public final class AdminGuard implements Filter {
  /** In the place of hosts: whichever. */
  public static final String EVERY = "*";

  /** The most hosts. */
  public static final int MAX_HOSTS = 100;

  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", same("[::1]"));
  private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
  private static final Set<Method> SAFE = Set.of(Method.GET, Method.HEAD, Method.OPTIONS);

  private final Set<String> hosts;

  private AdminGuard(Set<String> hosts) {
    this.hosts = hosts;
  }

  /**
   * A guard that knows these hosts.
   *
   * @param hosts those that are configured; none for loopback names and the address of the listener
   * @param bound the address of the listener
   */
  public static AdminGuard of(List<String> hosts, String bound) {
    Set<String> all = new HashSet<>(hosts);
    if (hosts.isEmpty()) {
      all.addAll(LOOPBACK);
      // Where it is bound to every address that is no name of its own.
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
   * A host in one spelling.
   *
   * @throws IllegalArgumentException if it is none, or has more than a host in it
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
    if (request.content().hasEntity()) {
      MediaType.require(headers, MediaType.JSON);
    }
    chain.proceed();
  }

  /** What is no browser's says nothing of where it is from. */
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

  /** Names in lower case and without the dot of the root, addresses of IPv6 in one spelling. */
  private static String same(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    if (lower.startsWith("[") && lower.endsWith("]")) {
      try {
        return "["
            + InetAddress.ofLiteral(lower.substring(1, lower.length() - 1)).getHostAddress()
            + "]";
      } catch (IllegalArgumentException _) {
        // Then it is one spelling of nothing, and fits only itself.
        return lower;
      }
    }
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
