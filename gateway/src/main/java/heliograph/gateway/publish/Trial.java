package heliograph.gateway.publish;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Paths;
import heliograph.gateway.http.Problems;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.json.JsonForm;
import heliograph.gateway.scheme.Challenge;
import heliograph.gateway.scheme.HookRequest;
import io.helidon.common.uri.UriPath;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
      boolean get, boolean bearer, HookRequest request, Optional<String> tenant, byte[] body) {
    this.get = get;
    this.bearer = bearer;
    this.request = request;
    this.tenant = tenant;
    this.body = body;
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
  public static Trial read(byte[] text, Publisher publisher) {
    return JsonForm.read(text, Form.class).trial(publisher);
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }

  /** The values of a header: a text, or a list of texts. */
  private record Values(List<String> all) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    Values {}

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    Values(String one) {
      this(List.of(one));
    }
  }

  /** As it is pasted. */
  private static final class Form {
    private String method = POST;
    private @Nullable String url;
    private Map<String, Values> headers = Map.of();
    private @Nullable String body;

    @JsonProperty("body_base64")
    private @Nullable String base64;

    private Trial trial(Publisher publisher) {
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
          new HookRequest(headers(), called, UriQuery.create(query), Optional.empty());
      String path = path(parts.group(1));
      if (path.equals(Paths.EVENTS) && publisher.clientId().isPresent() && !get) {
        return new Trial(false, true, request, Optional.empty(), bytes());
      }
      Matcher hook = HOOK.matcher(path);
      if (!signs || !hook.matches() || !hook.group(1).equals(publisher.name())) {
        throw bad("url: not where this publisher sends to");
      }
      return new Trial(get, false, request, Optional.ofNullable(hook.group(2)), bytes());
    }

    private static String path(String raw) {
      try {
        return UriPath.create(raw).path();
      } catch (IllegalArgumentException _) {
        throw bad("url: the path cannot be decoded");
      }
    }

    private WritableHeaders<?> headers() {
      WritableHeaders<?> all = WritableHeaders.create();
      headers.forEach(
          (name, values) -> {
            if (!NAME.matcher(name).matches()) {
              throw bad("headers: a name is 1 to 256 characters of a token");
            }
            values.all().forEach(value -> all.add(header(name, value.strip())));
          });
      return all;
    }

    private static Header header(String name, String value) {
      if (value.chars().anyMatch(Character::isISOControl)) {
        throw bad("headers: a value has no control characters");
      }
      return HeaderValues.create(HeaderNames.create(name), value);
    }

    private byte[] bytes() {
      if (body != null && base64 != null) {
        throw bad("body_base64: not beside body");
      }
      try {
        return base64 == null
            ? Objects.requireNonNullElse(body, "").getBytes(StandardCharsets.UTF_8)
            : Base64.getDecoder().decode(base64);
      } catch (IllegalArgumentException _) {
        throw bad("body_base64: not base64");
      }
    }
  }
}
