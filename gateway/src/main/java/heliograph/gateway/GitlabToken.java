package heliograph.gateway;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.List;

/**
 * The scheme {@code gitlab}: the webhook's secret token as it is, in {@code X-Gitlab-Token}. It
 * covers neither the body nor a header: who has seen one request can send any other. Any thread.
 */
final class GitlabToken implements Scheme {
  private static final HeaderName TOKEN = HeaderNames.create("X-Gitlab-Token");
  private static final List<HeaderName> DELIVERIES =
      List.of(HeaderNames.create("Idempotency-Key"), HeaderNames.create("webhook-id"));
  private static final HeaderName EVENT = HeaderNames.create("X-Gitlab-Event-UUID");

  private final HashedKeys keys;

  private GitlabToken(HashedKeys keys) {
    this.keys = keys;
  }

  /**
   * @throws IllegalArgumentException for a token that is easily guessed; without the token in it
   */
  static GitlabToken of(List<String> secrets) {
    return new GitlabToken(HashedKeys.of(secrets));
  }

  @Override
  public String verify(HookRequest request, byte[] body) {
    Headers headers = request.headers();
    if (!isIn(headers)) {
      throw Scheme.refused();
    }
    for (HeaderName name : DELIVERIES) {
      String delivery = Scheme.one(headers, name);
      if (DELIVERY.matcher(delivery).matches()) {
        return delivery;
      }
    }
    // Before GitLab 17.4. Webhooks that set off one another share the UUID, so the body tells them
    // apart: without it the second would be taken for the first.
    String event = Scheme.one(headers, EVENT);
    String digest = Hmac.digest(body);
    return event.length() <= 64 && DELIVERY.matcher(event).matches()
        ? event + "." + digest
        : digest;
  }

  @Override
  public boolean proven(HookRequest request) {
    return isIn(request.headers());
  }

  private boolean isIn(Headers headers) {
    return keys.contains(Scheme.one(headers, TOKEN));
  }
}
