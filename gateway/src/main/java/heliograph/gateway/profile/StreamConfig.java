package heliograph.gateway.profile;

import heliograph.gateway.settings.Settings;
import java.time.Duration;

/**
 * What the operator wrote about streams, under {@code relay.stream}.
 *
 * @param heartbeat after how long a silence a heartbeat is sent
 * @param retry how long a client waits before it comes back
 * @param writeTimeout how long a write may hang before the stream is cut
 * @param maxWindow the longest time for which a subscriber can have events gathered
 * @param reauth how long before its token's end a stream is told; zero for never
 * @param compression the coding for clients that accept it
 */
public record StreamConfig(
    Duration heartbeat,
    Duration retry,
    Duration writeTimeout,
    Duration maxWindow,
    Duration reauth,
    Compression compression) {
  /** The content coding of streams for clients that accept it. */
  public enum Compression {
    GZIP,
    NONE
  }

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration TENTH = Duration.ofMillis(100);
  private static final Duration HOUR = Duration.ofHours(1);

  /**
   * Reads what the operator wrote.
   *
   * @param stream the node {@code relay.stream}
   */
  public static StreamConfig read(Settings stream) {
    return new StreamConfig(
        stream.duration("heartbeat", SECOND.multipliedBy(15), TENTH, HOUR),
        stream.duration("retry", SECOND.multipliedBy(3), TENTH, HOUR),
        stream.duration("write-timeout", SECOND.multipliedBy(15), SECOND, HOUR),
        stream.duration("max-window", SECOND.multipliedBy(10), Duration.ZERO, HOUR),
        stream.duration("reauth", SECOND.multipliedBy(60), Duration.ZERO, HOUR),
        stream.choice("compression", Compression.GZIP));
  }

  /**
   * These settings with what a profile has of its own. The comment's {@link #heartbeat} and {@link
   * #maxWindow} are the relay's everywhere.
   *
   * @param profile the profile's own node
   */
  StreamConfig overriddenBy(Settings profile) {
    return new StreamConfig(
        heartbeat,
        profile.duration("retry", retry, TENTH, HOUR),
        profile.duration("write-timeout", writeTimeout, SECOND, HOUR),
        maxWindow,
        profile.duration("reauth", reauth, Duration.ZERO, HOUR),
        profile.choice("compression", compression));
  }
}
