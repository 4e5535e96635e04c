package heliograph.tests;

import static heliograph.tests.BadJsonTest.BATCH;
import static heliograph.tests.BadJsonTest.SAMPLE;
import static heliograph.tests.BadJsonTest.STRUCTURED;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Bodies that are spoilt at random: whatever comes of them is refused in order, or is an event that
 * a subscriber with a strict ear gets whole.
 */
class GarbageTest {
  @RegisterExtension
  static final Stage stage = Stage.ofAcme("limits: { publish-per-second: 1000000 }");

  @RegisterExtension final Listener subscriber = new Listener(stage, "operator");

  /**
   * Ten levels of spoiling: each takes the last one's bytes and flips, cuts, doubles or moves some.
   * Whatever comes out is refused in order or is an event; then the subscriber gets it, whole.
   */
  @Test
  void tenLevelsOfGarbage() throws Exception {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261121);
    TreeMap<Integer, Integer> statuses = new TreeMap<>();
    int taken = 0;
    for (int round = 0; round < 150; round++) {
      // For everybody, so that whatever becomes of the roles the subscriber sees it.
      String event = SAMPLE.replace("\"roles\":\"operator\",", "").replace("a-1", "id" + round);
      byte[] body = utf8(round % 2 == 0 ? event : "[" + event + "," + event + "]");
      for (int level = 1; level <= 10; level++) {
        body = spoiled(body, random);
        String form = List.of(Publisher.JSON, STRUCTURED, BATCH).get(random.nextInt(3));
        Answer answer = stage.post(form, body);
        statuses.merge(answer.status(), 1, Integer::sum);
        taken += stored(answer);
      }
    }
    System.out.println(taken + " of garbage taken; " + statuses);
    assertTrue(Set.of(202, 400, 403, 422).containsAll(statuses.keySet()), statuses::toString);
    assertTrue(taken > 20, "some are still events, or this would prove little: " + taken);
    for (int i = 0; i < taken; i++) {
      Json.object(subscriber.next().data());
    }
  }

  @Test
  void randomBytes() throws Exception {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    for (int i = 0; i < 500; i++) {
      byte[] body = new byte[1 + random.nextInt(2000)];
      random.nextBytes(body);
      String form = List.of(Publisher.JSON, STRUCTURED, BATCH).get(i % 3);
      stage.post(form, body).assertProblem(400, "INVALID_JSON");
      stage.post(form, body, "Content-Encoding", "gzip").assertProblem(400, "INVALID_REQUEST");
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] spoiled(byte[] body, RandomGenerator random) {
    if (body.length < 4) {
      return utf8(SAMPLE);
    }
    int at = random.nextInt(body.length - 1);
    int to = Math.min(body.length, at + 1 + random.nextInt(8));
    byte[] head = Arrays.copyOf(body, at);
    byte[] piece = Arrays.copyOfRange(body, at, to);
    byte[] tail = Arrays.copyOfRange(body, to, body.length);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head);
    switch (random.nextInt(5)) {
      case 0 -> {
        piece[0] ^= (byte) (1 << random.nextInt(8));
        out.writeBytes(piece);
      }
      case 1 -> {
        // Cut out.
      }
      case 2 -> {
        out.writeBytes(piece);
        out.writeBytes(piece);
      }
      case 3 -> {
        String marks = "{}[]\",:\\0-e.x\n\r\u0000é";
        int mark = random.nextInt(marks.length());
        out.writeBytes(utf8(marks.substring(mark, mark + 1)));
        out.writeBytes(piece);
      }
      default -> {
        out.writeBytes(piece);
        out.writeBytes(Arrays.copyOf(body, Math.min(at, 40)));
      }
    }
    out.writeBytes(tail);
    return out.toByteArray();
  }

  /** How many events of a request were stored and are for this subscriber. */
  private static int stored(Answer answer) {
    return answer.text().split("\"duplicate\":false", -1).length - 1;
  }
}
