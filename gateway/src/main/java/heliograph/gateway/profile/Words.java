package heliograph.gateway.profile;

import heliograph.contract.EndReason;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How the relay's own words look in a profile. Any thread.
 *
 * @param position what moves the client past events that were not for it
 * @param ends the last word, for each reason but a shutdown
 * @param comment what stands behind the colon of the comment that is sent into silence
 */
record Words(
    Word connected,
    Word position,
    Word gap,
    Word reauth,
    Word shutdown,
    Map<EndReason, Word> ends,
    String comment) {
  Words {
    ends = Map.copyOf(ends);
  }

  Word end(EndReason reason) {
    return Objects.requireNonNull(ends.get(reason));
  }

  Stream<Placeholder> placeholders() {
    return Stream.concat(
            Stream.of(connected, position, gap, reauth, shutdown), ends.values().stream())
        .flatMap(Word::placeholders);
  }
}
