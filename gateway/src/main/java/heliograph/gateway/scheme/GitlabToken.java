package heliograph.gateway.scheme;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.List;
import java.util.Optional;

/**
 * The scheme {@code gitlab}: the webhook's secret token itself, in {@code X-Gitlab-Token}. It
 * covers neither the body nor a header: who has seen one request can send any other. Any thread.
 */
final class GitlabToken implements Scheme {
  static final HeaderName TOKEN = HeaderNames.create("X-Gitlab-Token");

  private final HashedKeys keys;
  private final Deliveries deliveries;

  private GitlabToken(HashedKeys keys, Deliveries deliveries) {
    this.keys = keys;
    this.deliveries = deliveries;
  }

  /**
   * Makes a scheme that accepts these tokens.
   *
   * @throws IllegalArgumentException if a token is easily guessed; the message does not contain it
   */
  static GitlabToken of(List<String> secrets, Deliveries deliveries) {
    return new GitlabToken(HashedKeys.of(secrets), deliveries);
  }

  @Override
  public void checkProof(HookRequest request, byte[] body) {
    Headers headers = request.headers();
    if (!isIn(headers)) {
      boolean any = !Scheme.one(headers, TOKEN).isEmpty();
      throw Scheme.refused(any ? NO_SECRET : Scheme.lack(headers, TOKEN));
    }
  }

  @Override
  public String delivery(HookRequest request, byte[] body) {
    return deliveries.id(deliveries.named(request.headers()), body);
  }

  @Override
  public String nextDelivery(HookRequest request, byte[] body) {
    return deliveries.nextId(deliveries.named(request.headers()), body);
  }

  @Override
  public boolean proven(HookRequest request) {
    return isIn(request.headers());
  }

  private boolean isIn(Headers headers) {
    return keys.contains(Scheme.one(headers, TOKEN));
  }

  @Override
  public Optional<Deliveries> deliveries() {
    return Optional.of(deliveries);
  }
}
