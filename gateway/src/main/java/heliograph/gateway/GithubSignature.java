package heliograph.gateway;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.List;

/**
 * The scheme {@code github}: {@code X-Hub-Signature-256}, the HMAC-SHA256 of the body alone. There
 * is no time in it, and the id of the delivery is not covered, so a body that came before counts as
 * the delivery it came with first, whatever the header says now. Any thread.
 */
final class GithubSignature implements Scheme {
  static final HeaderName DELIVERY_ID = HeaderNames.create("X-GitHub-Delivery");

  private static final HeaderName SIGNATURE = HeaderNames.create("X-Hub-Signature-256");
  private static final String PREFIX = "sha256=";

  private final Hmac hmac;
  private final SeenBodies seen;

  /**
   * @param seen outlives a change of the secrets
   */
  GithubSignature(Hmac hmac, SeenBodies seen) {
    this.hmac = hmac;
    this.seen = seen;
  }

  @Override
  public String verify(HookRequest request, byte[] body) {
    Headers headers = request.headers();
    String signature = Scheme.one(headers, SIGNATURE);
    if (!signature.startsWith(PREFIX)
        || !hmac.signed("", body, List.of(signature.substring(PREFIX.length())))) {
      throw Scheme.refused();
    }
    String digest = Hmac.digest(body);
    String delivery = Scheme.one(headers, DELIVERY_ID);
    return seen.firstDelivery(digest, DELIVERY.matcher(delivery).matches() ? delivery : digest);
  }
}
