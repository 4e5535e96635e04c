package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Nobody takes all the room there is, and whoever comes beside others finds some. */
class QuestionRoomTest {
  private static final int PLACES = 64;

  private final QuestionRoom room = new QuestionRoom(PLACES, 1000);

  private static Party user(String tenant, int number) {
    return new Party.Known(new Tenant(tenant), "user" + number);
  }

  /** So many places are asked for; those that are there. */
  private List<QuestionRoom.Place> ask(int times, Party party) throws Exception {
    List<QuestionRoom.Place> places = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      places.add(room.place(party));
    }
    return places;
  }

  private static long in(List<QuestionRoom.Place> places) {
    return places.stream().filter(QuestionRoom.Place::isHere).count();
  }

  @Test
  void strangersHaveHalfOfTheRoomTogether() throws Exception {
    List<QuestionRoom.Place> strangers = ask(500, new Party.Stranger());
    assertEquals(PLACES / 2, in(strangers));
    assertTrue(room.place(user("acme", 0)).isHere());
  }

  @Test
  void aTenantWhoseQuestionsNeverEndLeavesRoomForOthers() throws Exception {
    List<QuestionRoom.Place> strangers = ask(500, new Party.Stranger());
    List<QuestionRoom.Place> acme = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      acme.addAll(ask(10, user("acme", i)));
    }
    assertTrue(in(acme) > 10, () -> in(acme) + " of 64");
    assertTrue(room.place(user("other", 0)).isHere());
    assertEquals(PLACES / 2, in(strangers));
  }

  @Test
  void aCallerWhoseQuestionsNeverEndLeavesRoomForItsTenant() throws Exception {
    List<QuestionRoom.Place> one = ask(500, user("acme", 0));
    assertTrue(in(one) > 10 && in(one) < PLACES / 2, () -> in(one) + " of 64");
    assertTrue(room.place(user("acme", 1)).isHere());
  }

  @Test
  void aPlaceThatIsGivenUpIsTheNextOnes() throws Exception {
    List<QuestionRoom.Place> places = ask(PLACES / 2, new Party.Stranger());
    QuestionRoom.Place next = room.place(new Party.Stranger());
    QuestionRoom.Place later = room.place(new Party.Stranger());
    assertFalse(next.isHere());
    places.getFirst().close();
    assertTrue(next.isHere());
    assertFalse(later.isHere());
  }

  @Test
  void whoNoLongerWaitsTakesNoPlace() throws Exception {
    List<QuestionRoom.Place> places = ask(PLACES / 2, new Party.Stranger());
    QuestionRoom.Place impatient = room.place(new Party.Stranger());
    QuestionRoom.Place patient = room.place(new Party.Stranger());
    impatient.close();
    places.getFirst().close();
    assertTrue(patient.isHere());
    assertEquals(0, room.waiting());
  }

  @Test
  void soManyOfOneGroupWaitAndNoMore() throws Exception {
    ask(PLACES / 2 + 1000, new Party.Stranger());
    assertThrows(QuestionRoom.Full.class, () -> room.place(new Party.Stranger()));
    assertTrue(room.place(user("acme", 0)).isHere());
  }

  /** Whatever comes and goes, the room is not overfull, and nobody waits beside an empty one. */
  @Test
  void comingAndGoingLeavesTheRoomAsItWas() throws Exception {
    Random random = new Random(7);
    List<QuestionRoom.Place> places = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      if (places.size() < 300 && random.nextInt(5) < 3) {
        int who = random.nextInt(4);
        places.add(
            room.place(who == 0 ? new Party.Stranger() : user("t" + who, random.nextInt(5))));
      } else if (!places.isEmpty()) {
        places.remove(random.nextInt(places.size())).close();
      }
      assertTrue(in(places) <= PLACES);
      assertTrue(in(places) > 0 || places.isEmpty());
    }
    places.forEach(QuestionRoom.Place::close);
    assertEquals(0, room.waiting());
    assertEquals(PLACES / 2, in(ask(PLACES, new Party.Stranger())));
  }
}
