package heliograph.gateway.stream;

import heliograph.contract.TopicPattern;
import heliograph.gateway.access.Caller;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.access.Subscribers.Gate;
import heliograph.gateway.access.TopicRules;
import heliograph.gateway.http.KnownParameters.Endpoint;
import heliograph.relay.Interest;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.function.Function;

/**
 * The endpoint of streams or of polls whose clients say in the query what they want. Any thread.
 *
 * @param kind which of the two
 * @param read reads the query, whose names were checked
 * @param who finds out who asks
 */
record StandardEndpoint(
    Endpoint kind,
    Function<ServerRequest, StreamQuery> read,
    Function<ServerRequest, Caller> who,
    Subscribers subscribers,
    TopicRules rules)
    implements StreamEndpoint {

  @Override
  public StreamQuery query(ServerRequest request) {
    subscribers.checkQuery(request, kind);
    return read.apply(request);
  }

  @Override
  public Caller caller(ServerRequest request) {
    return who.apply(request);
  }

  @Override
  public Gate gate(ServerRequest request, Interest interest) {
    List<TopicPattern> topics = interest.topics();
    return new Gate(subscribers, (caller, headers) -> rules.admit(caller, headers, topics));
  }
}
