package heliograph.relay;

import heliograph.contract.Event;
import heliograph.contract.Payload;
import java.util.Optional;
import java.util.Set;

/**
 * Which parts of events are for some roles alone. The hub is given them once and asks for every
 * event that it shows anybody; what the data looks like inside is theirs to know. Any thread, and
 * neither method throws.
 */
public interface Masks {
  /** Nothing is hidden from anybody. */
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
   * The masks of a type that none of the roles lifts, a bit each; 0 where all is shown. Whoever has
   * the same bits is shown the same: they are one class of audience.
   */
  long hiding(String type, Set<String> roles);

  /**
   * The event's data without what the masks hide.
   *
   * @param hiding what {@link #hiding} said of the event's type; not 0
   * @return empty if they cannot be applied, and then the event is withheld
   */
  Optional<Payload> apply(Event event, long hiding);
}
