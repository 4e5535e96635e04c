package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.scheme.Challenge;
import heliograph.gateway.scheme.FiledSecrets;
import heliograph.gateway.scheme.HookRequest;
import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Says who sent a request to publish, and watches over the files with their secrets. Any thread.
 */
final class Publishers implements AutoCloseable {
  /** How often files with secrets are looked at. */
  static final Duration RELOAD = Duration.ofSeconds(2);

  private final OwnOrigin origin;
  private final Map<String, Publisher> byName;
  private final Map<String, Publisher> byClient;
  private final List<FiledSecrets> filed;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param origin knows by which address senders call the relay
   */
  Publishers(List<Publisher> publishers, OwnOrigin origin) {
    this.origin = origin;
    this.byName =
        publishers.stream().collect(Collectors.toMap(Publisher::name, Function.identity()));
    this.byClient =
        publishers.stream()
            .filter(publisher -> publisher.clientId().isPresent())
            .collect(
                Collectors.toMap(
                    publisher -> publisher.clientId().orElseThrow(), Publisher::asClient));
    this.filed =
        publishers.stream()
            .flatMap(publisher -> publisher.hook().stream())
            .map(Publisher.Hook::scheme)
            .filter(FiledSecrets.class::isInstance)
            .map(FiledSecrets.class::cast)
            .toList();
  }

  /** Begins to look at the files, if there are any. */
  void start() {
    if (!filed.isEmpty()) {
      Thread.ofVirtual().name("heliograph-secrets").start(this::watch);
    }
  }

  private void watch() {
    try {
      while (!closed.await(RELOAD.toMillis(), TimeUnit.MILLISECONDS)) {
        filed.forEach(FiledSecrets::reload);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }

  /** What a scheme looks at of a request. */
  HookRequest asked(ServerRequest request) {
    return HookRequest.of(request, origin);
  }

  /** The publisher of a webhook's path, if it is one that signs. */
  Optional<Publisher> signing(String name) {
    return Optional.ofNullable(byName.get(name)).filter(publisher -> publisher.hook().isPresent());
  }

  /** Whether there is one whose sender asks by a GET before it sends. */
  boolean anyAsking() {
    return byName.values().stream()
        .flatMap(publisher -> publisher.hook().stream())
        .flatMap(hook -> hook.challenge().stream())
        .anyMatch(Challenge::get);
  }

  /** The methods that the addresses of webhooks have. */
  String methods() {
    return anyAsking() ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS";
  }

  /** Whether there is one whose bodies become events by a mapping. */
  boolean anyMapping() {
    return byName.values().stream().anyMatch(publisher -> publisher.mapping().isPresent());
  }

  /**
   * The publisher of a verified token, within what the token's issuer may speak for.
   *
   * @throws RelayException NOT_ALLOWED if the client is none, or for none of the issuer's tenants
   */
  Publisher client(Identity.Client client) {
    Publisher publisher = byClient.get(client.id());
    if (publisher == null) {
      throw new RelayException(ErrorCode.NOT_ALLOWED, "the token's client is not a publisher");
    }
    return publisher.within(client.tenants());
  }
}
