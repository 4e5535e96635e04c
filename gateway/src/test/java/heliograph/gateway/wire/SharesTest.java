package heliograph.gateway.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nobody takes so many that another finds none. */
class SharesTest {
  private static final int MOST = 64;

  private final Shares shares = new Shares(MOST);

  private int takeAll(String group) {
    return (int) IntStream.range(0, MOST + 1).filter(_ -> shares.take(group)).count();
  }

  private int takeAll(String group, String member) {
    return (int) IntStream.range(0, MOST + 1).filter(_ -> shares.take(group, member)).count();
  }

  @Test
  void aGroupThatIsAloneTakesHalfAndEachThatComesHalfOfTheRest() {
    assertEquals(32, takeAll("a"));
    assertEquals(16, takeAll("b"));
    assertEquals(8, takeAll("c"));
    assertEquals(56, shares.taken());

    assertFalse(shares.take("a"));
    assertTrue(shares.take("d"));
  }

  @Test
  void aMemberLeavesRoomToTheOthersOfItsGroup() {
    assertEquals(22, takeAll("a", "greedy"));
    assertTrue(shares.take("a", "modest"));
    assertFalse(shares.take("a", "greedy"));
    assertTrue(shares.take("b", "greedy"), "somebody else of the same name");
  }

  @Test
  void whatIsGivenBackIsFreeAgain() {
    int half = takeAll("a");
    IntStream.range(0, half).forEach(_ -> shares.giveBack("a"));
    int third = takeAll("b", "one");
    IntStream.range(0, third).forEach(_ -> shares.giveBack("b", "one"));

    assertEquals(0, shares.taken());
    assertEquals(half, takeAll("c"));
  }

  @Test
  void whoGivesBackWhatItDidNotTakeChangesNothing() {
    shares.giveBack("a");
    shares.giveBack("a", "one");

    assertEquals(0, shares.taken());
    assertEquals(MOST / 2, takeAll("a"));
  }
}
