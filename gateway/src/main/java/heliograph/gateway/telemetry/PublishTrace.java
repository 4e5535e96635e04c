package heliograph.gateway.telemetry;

import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.relay.Trace;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;

/**
 * Follows one request of a publisher, from which the traces of its events begin. Where nobody wants
 * to know, {@link #NONE} does nothing. One thread, that of the request.
 */
public interface PublishTrace {
  /** Follows nothing. */
  PublishTrace NONE = new UntracedPublish();

  /** What follows a request is found in its context under this key. */
  Object KEY = new Object();

  /** What follows a request; for where it is refused, far from where it began. */
  static PublishTrace of(ServerRequest request) {
    return request.context().get(KEY, PublishTrace.class).orElse(NONE);
  }

  /** The sender begins to be proven. */
  void verifies();

  /**
   * The sender is proven, and its word counts from now on.
   *
   * @param publisher the name of the publisher
   */
  void proven(String publisher);

  /**
   * The body begins to be read.
   *
   * @param bytes how long it is
   */
  void validates(int bytes);

  /** The body was read. */
  void validated();

  /**
   * Begins to follow events that are handed to the log.
   *
   * @return what follows each of them, in their order; empty if nobody follows any
   */
  List<Trace> follow(List<Event> events);

  /** The log has answered. */
  void stored();

  /** The request was answered; nothing is to come but {@link #telling}. */
  void answered(int status);

  /** The request was refused; nothing is to come but {@link #telling}. */
  void refused(RelayException why);

  /** Writes lines of the log, which have the id of the trace if there is one. */
  void telling(Runnable lines);
}
