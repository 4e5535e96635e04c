package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Says who sent a request to publish. Any thread. */
final class Publishers {
  private final Map<String, Publisher> byName;
  private final Map<String, Publisher> byClient;

  Publishers(List<Publisher> publishers) {
    this.byName =
        publishers.stream().collect(Collectors.toMap(Publisher::name, Function.identity()));
    this.byClient =
        publishers.stream()
            .filter(publisher -> publisher.clientId().isPresent())
            .collect(
                Collectors.toMap(
                    publisher -> publisher.clientId().orElseThrow(), Function.identity()));
  }

  /** The publisher of a webhook's path, if it is one that signs. */
  Optional<Publisher> signing(String name) {
    return Optional.ofNullable(byName.get(name))
        .filter(publisher -> publisher.scheme().isPresent());
  }

  /**
   * The publisher of a verified token.
   *
   * @throws RelayException NOT_ALLOWED if the client is none
   */
  Publisher client(String clientId) {
    Publisher publisher = byClient.get(clientId);
    if (publisher == null) {
      throw new RelayException(ErrorCode.NOT_ALLOWED, "the token's client is not a publisher");
    }
    return publisher;
  }
}
