package heliograph.gateway.wire;

import heliograph.gateway.settings.Settings;
import java.time.Duration;

/**
 * How long a connection waits for its client.
 *
 * @param head from a request's first byte, or that of the connection, to the end of its head
 * @param request from a request's first byte to its last; the time for the head is never longer
 * @param answer for the client to take one piece of an answer
 * @param keepAlive between an answer and the next request
 */
public record ConnectionTimes(
    Duration head, Duration request, Duration answer, Duration keepAlive) {
  public ConnectionTimes {
    head = head.compareTo(request) < 0 ? head : request;
  }

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);

  /**
   * Reads what the operator wrote.
   *
   * @param limits the node {@code relay.limits}
   * @param answer how long the client may take to read one piece of an answer
   */
  public static ConnectionTimes read(Settings limits, Duration answer) {
    return new ConnectionTimes(
        limits.duration("head-timeout", SECOND.multipliedBy(10), SECOND, HOUR),
        limits.duration("request-timeout", SECOND.multipliedBy(20), SECOND, HOUR),
        answer,
        limits.duration("keep-alive-timeout", SECOND.multipliedBy(75), SECOND, HOUR));
  }
}
