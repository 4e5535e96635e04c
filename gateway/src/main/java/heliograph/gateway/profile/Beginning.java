package heliograph.gateway.profile;

import heliograph.gateway.settings.Settings;
import heliograph.relay.Start;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;

/** Where a stream of a profile begins whose client names no position. */
sealed interface Beginning {
  /** It begins there whenever it is opened. */
  record Fixed(Start start) implements Beginning {}

  /** It begins with what was stored since so long ago. */
  record Ago(Duration time) implements Beginning {}

  /** The most events of the past. */
  int MOST_EVENTS = 10_000;

  /** The words that may be written in place of a section. */
  enum Named {
    LIVE,
    SNAPSHOT
  }

  /** Reads the key {@code start} of a profile. */
  static Beginning read(Settings profile) {
    Settings entry = profile.section("start");
    OptionalInt replay = entry.number("replay", 1, MOST_EVENTS);
    Optional<Duration> since =
        entry.duration("since", Duration.ofSeconds(1), Duration.ofDays(3650));
    Named word = profile.choiceOrSection("start", Named.LIVE);
    if (profile.isSection("start")) {
      if (replay.isPresent() == since.isPresent()) {
        throw profile.bad("start", "must be live or snapshot, or have replay or since");
      }
      return since.isPresent()
          ? new Ago(since.get())
          : new Fixed(new Start.Last(replay.getAsInt()));
    }
    return switch (word) {
      case LIVE -> new Fixed(new Start.Live());
      case SNAPSHOT -> new Fixed(new Start.Snapshot());
    };
  }

  /** Whether nothing of the past is wanted. */
  default boolean isLive() {
    return equals(new Fixed(new Start.Live()));
  }

  /** The start of a stream that is opened now. */
  default Start at(InstantSource clock) {
    return switch (this) {
      case Fixed(Start start) -> start;
      case Ago(Duration time) -> new Start.Since(clock.instant().minus(time));
    };
  }
}
