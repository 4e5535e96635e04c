package heliograph.gateway.profile;

import heliograph.gateway.settings.Settings;
import heliograph.relay.OverUserLimit;
import java.time.Duration;
import java.util.Optional;

/**
 * How many streams of a profile one user, or one session, may have open.
 *
 * @param most the most streams of one
 * @param over what happens with a further one
 * @param storm when newcomers are let in beside the others
 */
public record OnePer(Scope scope, int most, OverUserLimit over, Storm storm) {
  /** Whose streams are counted together. */
  public enum Scope {
    /** Those of one subject of a tenant are. */
    USER,
    /** Those of one session of a subject are; without a session, those of the subject. */
    SESSION
  }

  /**
   * Streams that evict each other again and again, because the client of each comes back.
   *
   * @param times so many streams of one user or session have to be superseded
   * @param within in this time
   */
  public record Storm(int times, Duration within) {}

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
            new Storm(
                storm.number("times", STORM, 1, MOST),
                storm.duration(
                    "within", Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofHours(1))));
    return entry.exists() ? Optional.of(read) : Optional.empty();
  }
}
