package heliograph.relay;

import heliograph.contract.Audience;
import heliograph.contract.Event;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Counts the open streams, and the polls that wait, that events are for at this moment. What counts
 * is whether they match ({@link Interest#matches}): neither filters nor masks are asked, which may
 * still keep an event from some of them. It looks at {@link #MOST_LOOKS} interests in all, so that
 * to count costs no more than a few milliseconds whatever the subscribers ask for. One thread.
 */
public final class Headcount {
  /** The most interests that are looked at; what would take more is not counted. */
  public static final int MOST_LOOKS = 20_000;

  private final OpenStreams streams;
  private final InstantSource clock;
  private int looks;

  Headcount(OpenStreams streams, InstantSource clock) {
    this.streams = streams;
    this.clock = clock;
  }

  /** How many there are for an event; empty if too many interests would have to be looked at. */
  public OptionalInt of(Event event) {
    Tenancy tenancy = streams.find(event.tenant());
    if (tenancy == null) {
      return OptionalInt.of(0);
    }
    List<Subscription> named = named(event, tenancy);
    List<List<Cohort>> candidates = tenancy.candidatesFor(event);
    int needed = named.size() + candidates.stream().mapToInt(List::size).sum();
    if (needed > MOST_LOOKS - looks) {
      return OptionalInt.empty();
    }
    looks += needed;
    Instant now = clock.instant();
    return OptionalInt.of(members(event, candidates, now) + onlyByName(event, named, now));
  }

  private static List<Subscription> named(Event event, Tenancy tenancy) {
    return switch (event.audience()) {
      case Audience.Everyone() -> List.of();
      case Audience.Members(_, Set<String> users) ->
          users.stream().flatMap(user -> tenancy.named(user).stream()).toList();
    };
  }

  /** Those for whom the event is without being named. */
  private static int members(Event event, List<List<Cohort>> candidates, Instant now) {
    Set<Cohort> once = Collections.newSetFromMap(new IdentityHashMap<>());
    int count = 0;
    for (List<Cohort> cohorts : candidates) {
      for (Cohort cohort : cohorts) {
        if (once.add(cohort) && cohort.matches(event, now)) {
          count += cohort.size();
        }
      }
    }
    return count;
  }

  /** Those for whom the event is only because it names them. */
  private static int onlyByName(Event event, List<Subscription> named, Instant now) {
    int count = 0;
    for (Subscription stream : named) {
      Interest interest = stream.interest();
      if (interest.matches(event, now) && !interest.shared().matches(event, now)) {
        count++;
      }
    }
    return count;
  }
}
