package heliograph.gateway.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says which origin the relay's own pages have, as their browser sees it. Any thread.
 *
 * <p>That is {@code Host}, by http or https: behind a proxy the relay does not know which. A
 * trusted proxy may tell another host, and the scheme, which then has to be the same. The same
 * headers count for nothing if anybody else sends them.
 */
public final class OwnOrigin {
  // An address of IPv6 with its zone and a port is shorter.
  private static final int MAX_CLIENT = 64;

  // A value is a token or a quoted text (RFC 7239 section 4).
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
  private static final Pattern PAIR =
      Pattern.compile("(" + TOKEN + ")=(?:(" + TOKEN + ")|\"((?:[^\"\\\\]|\\\\.)*+)\")");
  private static final Pattern SPACE = Pattern.compile("[ \\t]*+");

  private final List<AddressRange> trusted;

  /**
   * Makes the origin of a relay behind proxies.
   *
   * @param trusted the addresses of proxies whose headers are believed
   */
  public OwnOrigin(List<AddressRange> trusted) {
    this.trusted = List.copyOf(trusted);
  }

  /**
   * Whether an origin is the relay's own.
   *
   * @param peer the address at the other end of the connection
   */
  boolean is(String origin, ServerRequestHeaders headers, InetAddress peer) {
    try {
      return seen(headers, peer).is(origin);
    } catch (IllegalArgumentException _) {
      // Headers that cannot be read, or that contradict each other, name no origin.
      return false;
    }
  }

  /**
   * The URL of a request as its sender wrote it, as far as it can be known: with the scheme of the
   * connection, or the one that a trusted proxy tells.
   *
   * @param target the path and the query
   * @return the target alone if the host or the scheme cannot be read, or is told in two ways
   */
  public String url(ServerRequest request, String target) {
    if (!(request.remotePeer().address() instanceof InetSocketAddress peer)) {
      return target;
    }
    String scheme = request.isSecure() ? "https" : "http";
    try {
      return seen(request.headers(), peer.getAddress()).url(scheme, target);
    } catch (IllegalArgumentException _) {
      return target;
    }
  }

  /**
   * The address that a request came from, as its nearest proxy tells it if that is trusted, and
   * else the peer's.
   */
  public String client(ServerRequest request) {
    if (!(request.remotePeer().address() instanceof InetSocketAddress peer)) {
      return "";
    }
    String address = peer.getAddress().getHostAddress();
    if (trusted.stream().noneMatch(range -> range.contains(peer.getAddress()))) {
      return address;
    }
    ServerRequestHeaders headers = request.headers();
    try {
      return agreed(
              forwarded(headers.all(HeaderNames.FORWARDED, List::of)).get("for"),
              last(headers.all(HeaderNames.X_FORWARDED_FOR, List::of)))
          .filter(it -> it.length() <= MAX_CLIENT)
          .orElse(address);
    } catch (IllegalArgumentException _) {
      // Headers that cannot be read, or that contradict each other, name nobody.
      return address;
    }
  }

  /** The host and the scheme that the browser uses. */
  private record Seen(Optional<String> host, Optional<String> scheme) {
    boolean is(String origin) {
      return host.filter(it -> !it.isEmpty()).isPresent()
          && scheme.map(List::of).orElse(List.of("https", "http")).stream()
              .anyMatch(it -> origin.equals(it + "://" + withoutPort(host.get(), it)));
    }

    String url(String connection, String target) {
      String used = scheme.orElse(connection);
      return host.filter(it -> !it.isEmpty())
          .map(it -> used + "://" + withoutPort(it, used) + target)
          .orElse(target);
    }

    // A browser leaves the default port of the scheme out.
    private static String withoutPort(String host, String scheme) {
      String port = scheme.equals("https") ? ":443" : ":80";
      return host.endsWith(port) ? host.substring(0, host.length() - port.length()) : host;
    }
  }

  private Seen seen(ServerRequestHeaders headers, InetAddress peer) {
    Optional<String> host = one(headers.all(HeaderNames.HOST, List::of));
    if (trusted.stream().noneMatch(range -> range.contains(peer))) {
      return new Seen(host, Optional.empty());
    }
    Map<String, String> forwarded = forwarded(headers.all(HeaderNames.FORWARDED, List::of));
    Optional<String> forwardedHost =
        agreed(forwarded.get("host"), last(headers.all(HeaderNames.X_FORWARDED_HOST, List::of)));
    Optional<String> scheme =
        agreed(forwarded.get("proto"), last(headers.all(HeaderNames.X_FORWARDED_PROTO, List::of)));
    return new Seen(forwardedHost.or(() -> host), scheme);
  }

  private static Optional<String> one(List<String> values) {
    return values.size() == 1 ? Optional.of(lower(values.getFirst())) : Optional.empty();
  }

  /** The value that the nearest proxy wrote, which is the last: each proxy appends its own. */
  private static Optional<String> last(List<String> lines) {
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    String all = String.join(",", lines);
    return Optional.of(lower(all.substring(all.lastIndexOf(',') + 1).strip()));
  }

  /**
   * The value that two headers agree on: a proxy that writes one of them may pass on the other from
   * anybody.
   */
  private static Optional<String> agreed(@Nullable String one, Optional<String> other) {
    if (one == null) {
      return other;
    }
    if (!other.orElse(one).equals(one)) {
      throw new IllegalArgumentException("two headers say two things");
    }
    return Optional.of(one);
  }

  /**
   * The parameters of the last element of {@code Forwarded} (RFC 7239 section 4), by their names.
   */
  private static Map<String, String> forwarded(List<String> lines) {
    String text = String.join(",", lines);
    Map<String, String> element = new HashMap<>();
    Matcher pair = PAIR.matcher(text);
    Matcher space = SPACE.matcher(text);
    int at = after(space, 0);
    while (at < text.length()) {
      if (!pair.region(at, text.length()).lookingAt()) {
        throw new IllegalArgumentException("not a parameter");
      }
      String value = pair.group(2) == null ? pair.group(3).replace("\\", "") : pair.group(2);
      if (element.put(lower(pair.group(1)), lower(value)) != null) {
        throw new IllegalArgumentException("a parameter stands twice");
      }
      at = after(space, pair.end());
      if (at < text.length()) {
        switch (text.charAt(at)) {
          case ';' -> {}
          case ',' -> element.clear();
          default -> throw new IllegalArgumentException("no end of a parameter");
        }
        at = after(space, at + 1);
      }
    }
    return element;
  }

  private static int after(Matcher space, int at) {
    return space.region(at, space.regionEnd()).lookingAt() ? space.end() : at;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
