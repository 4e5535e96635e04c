package heliograph.gateway.access;

import heliograph.contract.Claims;
import java.util.Optional;

/**
 * Says for whom something is switched on, by the claims and by one further value that the
 * application or the issuer tells of a caller. Any thread.
 */
public interface Switch {
  /** What is on for everybody. */
  Switch ON =
      new Switch() {
        @Override
        public Optional<String> claim() {
          return Optional.empty();
        }

        @Override
        public boolean isOn(Claims claims, Optional<String> value) {
          return true;
        }
      };

  /**
   * A JSON pointer (RFC 6901) to the value in a token, or in the answer about a session; empty if
   * none is looked at.
   */
  Optional<String> claim();

  /**
   * Whether it is on for somebody.
   *
   * @param value what stands at {@link #claim}; empty if nothing does, if that is no text, number
   *     or boolean, or if the credential has no further values, as a ticket
   */
  boolean isOn(Claims claims, Optional<String> value);
}
