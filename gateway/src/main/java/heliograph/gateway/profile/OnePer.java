package heliograph.gateway.profile;

import heliograph.gateway.settings.Settings;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Seat;
import java.time.Duration;
import java.util.Optional;

/**
 * How many streams of a profile one user, or one session, may have open.
 *
 * @param most the most streams of one
 * @param over what happens with a further one
 * @param storm when newcomers are let in beside the others
 */
public record OnePer(Scope scope, int most, OverUserLimit over, Seat.Storm storm) {
  /** Whose streams are counted together. */
  public enum Scope {
    /** Those of one subject of a tenant are. */
    USER,
    /** Those of one session of a subject are; without a session, those of the subject. */
    SESSION
  }

  private static final int MOST = 1000;
  private static final int STORM = 3;

  /**
   * Reads the key {@code one-per} of a profile.
   *
   * @return empty if it is not written
   */
  static Optional<OnePer> read(Settings profile) {
    Settings entry = profile.section("one-per");
    Settings storm = entry.section("storm");
    OnePer read =
        new OnePer(
            entry.choice("scope", Scope.USER),
            entry.number("most", 1, 1, MOST),
            entry.choice("over", OverUserLimit.SUPERSEDE),
            new Seat.Storm(
                storm.number("times", STORM, 1, Seat.Storm.MAX_TIMES),
                storm.duration(
                    "within", Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofHours(1))));
    return entry.exists() ? Optional.of(read) : Optional.empty();
  }

  /**
   * The seat of a stream.
   *
   * @param session the session of whoever opens it; empty if there is none
   */
  public Seat seat(Optional<String> session) {
    return new Seat(session.filter(_ -> scope == Scope.SESSION), most, over, storm);
  }
}
