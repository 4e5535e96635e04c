package heliograph.gateway.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.operator.Sessions.Login;
import heliograph.gateway.operator.Sessions.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private Instant now = Instant.parse("2026-11-21T04:00:00Z");
  private final AtomicBoolean good = new AtomicBoolean(true);
  private final Sessions sessions = new Sessions(() -> now);

  private Login login(String name) {
    return new Login(name, Set.of(Role.VIEWER), good::get, now.plus(HOUR), Optional.empty());
  }

  @Test
  void isKnownByWhatTheBrowserWasGivenAndByNothingElse() {
    String value = sessions.begin(login("ada"));
    String other = sessions.begin(login("ada"));

    assertNotEquals(value, other);
    assertEquals(43, value.length());
    assertEquals("ada", sessions.find(value).orElseThrow().login().name());
    assertEquals(Optional.empty(), sessions.find(value.substring(1)));
    assertEquals(Optional.empty(), new Sessions(() -> now).find(value));
  }

  @Test
  void endsAtItsTimeAtTheLogoutAndWithWhatWasShown() {
    String value = sessions.begin(login("ada"));
    Session session = sessions.find(value).orElseThrow();
    good.set(false);
    assertFalse(session.stands());
    good.set(true);
    assertTrue(session.stands());

    now = now.plus(HOUR).minusMillis(1);
    assertTrue(session.stands());
    now = now.plusMillis(1);
    assertFalse(session.stands());
    assertEquals(Optional.empty(), sessions.find(value));

    String next = sessions.begin(login("ada"));
    Session other = sessions.find(next).orElseThrow();
    sessions.end(other);
    assertFalse(other.stands());
    assertEquals(Optional.empty(), sessions.find(next));
  }

  @Test
  void ofOneOperatorTheFirstGivesWayAndNobodyElses() {
    String others = sessions.begin(login("bob"));
    String first = sessions.begin(login("ada"));
    Session open = sessions.find(first).orElseThrow();
    for (int i = 1; i < Sessions.MAX_OF_ONE; i++) {
      sessions.begin(login("ada"));
    }
    assertTrue(open.stands());

    sessions.begin(login("ada"));

    assertFalse(open.stands(), "who holds it is told");
    assertTrue(sessions.find(others).isPresent());
  }

  @Test
  void ofAllTheFirstGivesWay() {
    String first = sessions.begin(login("ada"));
    String second = sessions.begin(login("bob"));
    for (int i = 2; i < Sessions.MAX; i++) {
      sessions.begin(login("somebody-" + i));
    }
    assertTrue(sessions.find(first).isPresent());

    sessions.begin(login("one more"));

    assertEquals(Optional.empty(), sessions.find(first));
    assertTrue(sessions.find(second).isPresent());
  }
}
