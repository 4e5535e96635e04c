package heliograph.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.telemetry.Metrics.PublishResult;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StandingTest {
  private static final long MINUTE = Standing.SILENCE.toNanos();
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private final Standing standing = new Standing();

  @Test
  void aCodeIsLoggedOnceAMinuteWithAllThatCameSince() {
    assertEquals(1, standing.toLog(ErrorCode.BAD_SIGNATURE, 1, 0));
    for (int second = 0; second < 50; second++) {
      assertEquals(0, standing.toLog(ErrorCode.BAD_SIGNATURE, 1, second * MINUTE / 60));
    }
    assertEquals(0, standing.toLog(ErrorCode.BAD_SIGNATURE, 3, MINUTE - 1));
    assertEquals(54, standing.toLog(ErrorCode.BAD_SIGNATURE, 1, MINUTE));
    assertEquals(0, standing.toLog(ErrorCode.BAD_SIGNATURE, 1, 2 * MINUTE - 1));
    assertEquals(2, standing.toLog(ErrorCode.BAD_SIGNATURE, 1, 2 * MINUTE));
  }

  @Test
  void eachCodeHasALineOfItsOwn() {
    assertEquals(1, standing.toLog(ErrorCode.BAD_SIGNATURE, 1, 0));
    assertEquals(2, standing.toLog(ErrorCode.RATE_LIMITED, 2, 0));
    assertEquals(0, standing.toLog(ErrorCode.RATE_LIMITED, 2, 1));
  }

  @Test
  void theLastOfEachKindIsKept() {
    RelayException why = RelayException.invalid("topic", "topic: is required");
    standing.accepted(
        List.of(PublishResult.STORED, PublishResult.DUPLICATE, PublishResult.STORED), NOON);
    standing.refused(why, NOON.plusSeconds(1));
    standing.accepted(List.of(), NOON.plusSeconds(2));
    assertEquals(
        new Standing.View(
            2,
            1,
            Map.of(ErrorCode.INVALID_EVENT, 1L),
            Optional.of(NOON),
            Optional.of(new Standing.Refused(NOON.plusSeconds(1), why))),
        standing.view());
  }
}
