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
 * <p>That is {@code Host}, by http or https: behind a proxy the relay does not know which. Proxies
 * that are trusted may say another host, and the scheme, which then has to be the same. What
 * anybody else says in their headers means nothing.
 */
public final class OwnOrigin {
  // RFC 7239 section 4: a token, or a quoted text.
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
  private static final Pattern PAIR =
      Pattern.compile("(" + TOKEN + ")=(?:(" + TOKEN + ")|\"((?:[^\"\\\\]|\\\\.)*+)\")");
  private static final Pattern SPACE = Pattern.compile("[ \\t]*+");

  private final List<AddressRange> trusted;

  /**
   * The relay behind these proxies.
   *
   * @param trusted the addresses of proxies that are believed
   */
  public OwnOrigin(List<AddressRange> trusted) {
    this.trusted = List.copyOf(trusted);
  }

  /**
   * Whether an origin is the relay's own.
   *
   * @param peer who is at the other end of the connection, whatever it says of others
   */
  boolean is(String origin, ServerRequestHeaders headers, InetAddress peer) {
    try {
      return seen(headers, peer).is(origin);
    } catch (IllegalArgumentException _) {
      // What cannot be read, or says two things, names nobody.
      return false;
    }
  }

  /**
   * The address of a request as its sender wrote it, so far as it can be known: with the scheme of
   * the connection, or the one that a trusted proxy tells.
   *
   * @param target the path and the query
   * @return without scheme and host if what is told of them cannot be read, or says two things
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

  /** What the browser calls. */
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

    // A browser leaves the scheme's own port out.
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

  /** Of several the one that the nearest proxy wrote: each writes behind those before it. */
  private static Optional<String> last(List<String> lines) {
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    String all = String.join(",", lines);
    return Optional.of(lower(all.substring(all.lastIndexOf(',') + 1).strip()));
  }

  /** A proxy that writes one of the two headers may pass on the other from anybody. */
  private static Optional<String> agreed(@Nullable String one, Optional<String> other) {
    if (one == null) {
      return other;
    }
    if (!other.orElse(one).equals(one)) {
      throw new IllegalArgumentException("two headers say two things");
    }
    return Optional.of(one);
  }

  /** The parameters of the last element of {@code PassedHeaders} (RFC 7239), by their names. */
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
