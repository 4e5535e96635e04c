package heliograph.gateway.profile;

import heliograph.contract.Frame;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A heartbeat that a script can see. It comes beside the comment, and no position goes with it. Any
 * thread.
 *
 * @param every how often it comes
 * @param name the frame's name; empty if it has none
 */
public record Beat(Duration every, When when, Optional<String> name, Template data) {
  /** Says when a heartbeat is due. */
  public enum When {
    /** It is due once no event was written for that long; comments and positions do not count. */
    IDLE,
    /** It is due at a fixed pace from the opening. */
    ALWAYS
  }

  /** Makes the frame of a heartbeat that is written now. */
  public Frame frame(RequestValues values, Instant now) {
    Frame.Builder frame = Frame.builder();
    name.ifPresent(frame::name);
    return frame
        .data(
            data.fill(
                placeholder ->
                    placeholder.isOfRequest()
                        ? values.json(placeholder)
                        : JsonValues.now(now, placeholder)))
        .build();
  }
}
