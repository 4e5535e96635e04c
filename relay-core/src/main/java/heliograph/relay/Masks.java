package heliograph.relay;

import heliograph.contract.Event;
import heliograph.contract.Payload;
import java.util.Optional;
import java.util.Set;

/**
 * Says which parts of events are for some roles alone. The hub asks them about every event that it
 * shows to anybody; only they know what the data looks like inside. What hides something else is
 * another object, which the hub is given in place of this one. Any thread; neither method throws.
 */
public interface Masks {
  /** Hides nothing from anybody. */
  Masks NONE =
      new Masks() {
        @Override
        public long hiding(String type, Set<String> roles) {
          return 0;
        }

        @Override
        public Optional<Payload> apply(Event event, long hiding) {
          return Optional.of(event.payload());
        }
      };

  /**
   * The masks of a type that none of the roles lifts, with a bit for each mask; 0 shows everything.
   * All who have the same bits are shown the same: they are one class of audience.
   */
  long hiding(String type, Set<String> roles);

  /**
   * The event's data without what the masks hide.
   *
   * @param hiding what {@link #hiding} said of the event's type; not 0
   * @return empty if the masks cannot be applied; then the event is withheld
   */
  Optional<Payload> apply(Event event, long hiding);
}
