package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Paths;
import heliograph.gateway.http.Problems;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.scheme.Challenge;
import heliograph.gateway.scheme.HookRequest;
import io.helidon.common.uri.UriPath;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A request of a publisher, pasted by an operator who wants to know what would become of it. It
 * does not print, as its headers have what proves the publisher. Any thread.
 */
public final class Trial {
  private static final String GET = "GET";
  private static final String POST = "POST";
  private static final String HOOKS = "/v1/hooks/";

  private static final Pattern URL =
      Pattern.compile("(?:https?://[^/?#]+)?(/[^?#]*)(?:\\?([^#]*))?");
  private static final Pattern HOOK = Pattern.compile(HOOKS + "([^/]+)(?:/([^/]+))?");
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}");

  private final boolean get;
  private final boolean bearer;
  private final HookRequest request;
  private final Optional<String> tenant;
  private final byte[] body;

  private Trial(
      boolean get,
      boolean bearer,
      HookRequest request,
      Optional<String> tenant,
      byte @Nullable [] body) {
    this.get = get;
    this.bearer = bearer;
    this.request = request;
    this.tenant = tenant;
    this.body = body == null ? new byte[0] : body;
  }

  /** Whether it is a GET, and else a POST. */
  boolean get() {
    return get;
  }

  /** Whether it goes to where publishers have bearer tokens. */
  boolean bearer() {
    return bearer;
  }

  HookRequest request() {
    return request;
  }

  /** The tenant of the path. */
  Optional<String> tenant() {
    return tenant;
  }

  /** The bytes as they were sent. */
  byte[] body() {
    return body;
  }

  /**
   * Reads a request that an operator pasted.
   *
   * @param publisher whose request it is
   * @throws RelayException INVALID_REQUEST naming the member that breaks its rule
   */
  public static Trial read(JsonParser parser, Publisher publisher) {
    return new Reading().trial(parser, publisher);
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }

  /** One request being read. */
  private static final class Reading {
    private String method = POST;
    private @Nullable String url;
    private final WritableHeaders<?> headers = WritableHeaders.create();
    private byte @Nullable [] body;

    Trial trial(JsonParser parser, Publisher publisher) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw bad("a request is a JSON object");
      }
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        parser.nextToken();
        switch (name) {
          case "method" -> method = text(parser, name);
          case "url" -> url = text(parser, name);
          case "headers" -> headers(parser);
          case "body" -> body(text(parser, name).getBytes(StandardCharsets.UTF_8));
          case "body_base64" -> body(base64(text(parser, name)));
          default -> throw bad("method, url, headers, and body or body_base64 are the members");
        }
      }
      boolean get = method.equals(GET);
      if (!get && !method.equals(POST)) {
        throw bad("method: POST or GET");
      }
      if (get
          && publisher.hook().flatMap(Publisher.Hook::challenge).filter(Challenge::get).isEmpty()) {
        throw bad("method: GET is for publishers whose challenge is one");
      }
      return at(get, publisher);
    }

    private Trial at(boolean get, Publisher publisher) {
      boolean signs = publisher.hook().isPresent();
      String called = url != null ? url : signs ? HOOKS + publisher.name() : Paths.EVENTS;
      Matcher parts = URL.matcher(called);
      if (!parts.matches()) {
        throw bad("url: a path with its query, or all of an address of http or https");
      }
      String query = parts.group(2) == null ? "" : parts.group(2);
      Problems.checkQuery(query);
      HookRequest request =
          new HookRequest(headers, called, UriQuery.create(query), Optional.empty());
      String path = path(parts.group(1));
      if (path.equals(Paths.EVENTS) && publisher.clientId().isPresent() && !get) {
        return new Trial(false, true, request, Optional.empty(), body);
      }
      Matcher hook = HOOK.matcher(path);
      if (!signs || !hook.matches() || !hook.group(1).equals(publisher.name())) {
        throw bad("url: not where this publisher sends to");
      }
      return new Trial(get, false, request, Optional.ofNullable(hook.group(2)), body);
    }

    private static String path(String raw) {
      try {
        return UriPath.create(raw).path();
      } catch (IllegalArgumentException _) {
        throw bad("url: the path cannot be decoded");
      }
    }

    private void headers(JsonParser parser) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw bad("headers: must be an object of texts, or of lists of texts");
      }
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        if (!NAME.matcher(name).matches()) {
          throw bad("headers: a name is 1 to 256 characters of a token");
        }
        if (parser.nextToken() != JsonToken.START_ARRAY) {
          header(parser, name);
        } else {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            header(parser, name);
          }
        }
      }
    }

    private void header(JsonParser parser, String name) {
      String value = text(parser, "headers").strip();
      if (value.chars().anyMatch(Character::isISOControl)) {
        throw bad("headers: a value has no control characters");
      }
      headers.add(HeaderValues.create(HeaderNames.create(name), value));
    }

    private void body(byte[] bytes) {
      if (body != null) {
        throw bad("body_base64: not beside body");
      }
      body = bytes;
    }

    private static byte[] base64(String text) {
      try {
        return Base64.getDecoder().decode(text);
      } catch (IllegalArgumentException _) {
        throw bad("body_base64: not base64");
      }
    }

    private static String text(JsonParser parser, String name) {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw bad(name + ": must be a text");
      }
      return parser.getString();
    }
  }
}
