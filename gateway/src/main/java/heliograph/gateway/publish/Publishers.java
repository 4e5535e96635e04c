package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.scheme.FiledSecrets;
import heliograph.gateway.scheme.HookRequest;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Knows which publisher sent a request. Immutable; any thread. */
final class Publishers {
  private final OwnOrigin origin;
  private final Map<String, Publisher> byName;
  private final Map<String, Publisher> byClient;

  /**
   * Makes the publishers.
   *
   * @param origin knows by which address senders call the relay
   */
  Publishers(List<Publisher> publishers, OwnOrigin origin) {
    this.origin = origin;
    this.byName =
        publishers.stream().collect(Collectors.toMap(Publisher::name, Function.identity()));
    this.byClient =
        publishers.stream()
            .filter(publisher -> publisher.config().clientId().isPresent())
            .collect(
                Collectors.toMap(
                    publisher -> publisher.config().clientId().orElseThrow(), Publisher::asClient));
  }

  /** What reads the files with their secrets again. */
  List<Runnable> secretFiles() {
    return byName.values().stream()
        .flatMap(publisher -> publisher.hook().stream())
        .map(Publisher.Hook::scheme)
        .filter(FiledSecrets.class::isInstance)
        .map(FiledSecrets.class::cast)
        .<Runnable>map(filed -> filed::reload)
        .toList();
  }

  /** What a scheme needs of a request. */
  HookRequest asked(ServerRequest request) {
    return HookRequest.of(request, origin);
  }

  /** The publisher that the path of a request names, whoever sent it, if it is one that signs. */
  Optional<Publisher> signing(ServerRequest request) {
    String name = request.path().pathParameters().get("publisher");
    return Optional.ofNullable(byName.get(name)).filter(publisher -> publisher.hook().isPresent());
  }

  /** The name of the publisher that the path of a request names, if it is one that signs. */
  Optional<String> nameOfSigning(ServerRequest request) {
    return signing(request).map(Publisher::name);
  }

  /**
   * Begins the body of a request. Unless its head proves who sent it, it is received among those of
   * strangers.
   *
   * @param named the publisher that the request names
   */
  Bodies.Body body(Bodies bodies, Optional<Publisher> named, HookRequest asked) {
    return named
        .filter(it -> it.hook().filter(hook -> hook.scheme().proven(asked)).isPresent())
        .map(Publisher::name)
        .map(bodies::known)
        .orElseGet(bodies::unproven);
  }

  /** Whether the sender of some publisher asks by GET before it sends. */
  boolean anyAsking() {
    return byName.values().stream()
        .flatMap(publisher -> publisher.hook().stream())
        .flatMap(hook -> hook.challenge().stream())
        .anyMatch(challenge -> challenge.config().get());
  }

  /** The methods that the addresses of webhooks allow, as the value of {@code Allow}. */
  String methods() {
    return anyAsking() ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS";
  }

  /** Whether the bodies of some publisher become events by a mapping. */
  boolean anyMapping() {
    return byName.values().stream().anyMatch(publisher -> publisher.mapping().isPresent());
  }

  /**
   * The publisher of a verified token, bound to the tenants that the token's issuer may speak for.
   *
   * @throws RelayException NOT_ALLOWED if the client is no publisher, or is one for none of these
   *     tenants
   */
  Publisher client(Identity.Client client) {
    Publisher publisher = byClient.get(client.id());
    if (publisher == null) {
      throw new RelayException(ErrorCode.NOT_ALLOWED, "the token's client is not a publisher");
    }
    return publisher.within(client.tenants());
  }
}
