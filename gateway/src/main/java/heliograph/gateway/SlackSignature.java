package heliograph.gateway;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The scheme {@code slack}: {@code X-Slack-Signature: v0=…}, HMAC-SHA256 over {@code
 * v0:timestamp:body}. Before Slack sends events to an address it sends a challenge there, and wants
 * it back. Any thread.
 */
final class SlackSignature implements Scheme {
  /** The most bytes of a body that is looked at as a challenge. */
  static final int MAX_CHALLENGE = 4096;

  private static final HeaderName SIGNATURE = HeaderNames.create("X-Slack-Signature");
  private static final HeaderName TIMESTAMP = HeaderNames.create("X-Slack-Request-Timestamp");
  private static final String VERSION = "v0";
  private static final Pointers CHALLENGE = Pointers.of(List.of("/type", "/challenge"));

  private final Hmac hmac;
  private final InstantSource clock;

  SlackSignature(Hmac hmac, InstantSource clock) {
    this.hmac = hmac;
    this.clock = clock;
  }

  @Override
  public String verify(HookRequest request, byte[] body) {
    Headers headers = request.headers();
    String timestamp = Scheme.one(headers, TIMESTAMP);
    String signature = Scheme.one(headers, SIGNATURE);
    if (!SECONDS.matcher(timestamp).matches()
        || !signature.startsWith(VERSION + "=")
        || !hmac.signed(
            VERSION + ":" + timestamp + ":",
            body,
            List.of(signature.substring(VERSION.length() + 1)))) {
      throw Scheme.refused();
    }
    Scheme.checkTime(TIMESTAMP, timestamp, clock);
    return Hmac.digest(body);
  }

  @Override
  public Optional<String> challenge(byte[] body) {
    if (body.length > MAX_CHALLENGE || body.length == 0 || body[0] != '{') {
      return Optional.empty();
    }
    Pointers.Found found = CHALLENGE.read(body);
    return found
        .text("/type")
        .filter("url_verification"::equals)
        .flatMap(_ -> found.text("/challenge"));
  }
}
