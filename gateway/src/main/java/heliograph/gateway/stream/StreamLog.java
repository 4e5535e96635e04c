package heliograph.gateway.stream;

import heliograph.contract.EndReason;
import heliograph.relay.Subscription;
import java.time.Duration;

/**
 * Says in the log when streams end and, where the operator wants to know who has them, also when
 * they open. Any thread.
 */
enum StreamLog {
  /** It names no subjects. */
  NAMELESS {
    @Override
    void opened(Subscription stream) {
      // What a stream was is said at its end.
    }

    @Override
    String who(Subscription stream) {
      return "";
    }
  },
  /** It names the subject of each stream, and how many its tenant has open in its profile. */
  BY_SUBJECT {
    @Override
    void opened(Subscription stream) {
      LOGGER.log(
          System.Logger.Level.INFO,
          "stream-open stream={0} tenant={1}{2}",
          stream.id(),
          stream.claims().tenant(),
          who(stream));
    }

    @Override
    String who(Subscription stream) {
      // The subject comes last: there may be anything in it but an end of the line.
      return " open=" + stream.streamsInProfile() + " subject=" + stream.claims().subject();
    }
  };

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  abstract void opened(Subscription stream);

  /** What is said of the subject, with a space before it. */
  abstract String who(Subscription stream);

  void ended(Subscription stream, EndReason reason, Duration time, long events, long gaps) {
    LOGGER.log(
        System.Logger.Level.INFO,
        "stream-end stream={0} tenant={1} reason={2} seconds={3} events={4} gaps={5}{6}{7}",
        stream.id(),
        stream.claims().tenant(),
        reason.word(),
        Long.toString(time.toSeconds()),
        Long.toString(events),
        Long.toString(gaps),
        stream.profile().map(name -> " profile=" + name).orElse(""),
        who(stream));
  }
}
