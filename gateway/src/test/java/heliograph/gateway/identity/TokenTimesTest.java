package heliograph.gateway.identity;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.json.JsonTree;
import heliograph.gateway.revocation.Life;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** From when until when a token holds, to the second, whatever the numbers look like. */
class TokenTimesTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  private static JsonNode json(String members) {
    return JsonTree.object(("{" + members + "}").getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "1800000000, 1800000000000",
    "1800000000.5, 1800000000500",
    "1.8e9, 1800000000000",
    "1800000000.123456789, 1800000000123",
    "0, 0",
    "1e-999, 0",
    "253402300799, 253402300799000"
  })
  void aTimeIsANumberOfSeconds(String number, long millis) {
    assertEquals(
        Instant.ofEpochMilli(millis), TokenTimes.read(json("\"exp\":" + number)).expires());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-0.001", "253402300800", "1e999", "\"1800000000\"", "null", "[1]"})
  void whatIsNoTimeIsRefused(String value) {
    for (String members :
        new String[] {
          "\"exp\":" + value, "\"exp\":1,\"nbf\":" + value, "\"exp\":1,\"iat\":" + value
        }) {
      RelayException refusal =
          assertThrows(RelayException.class, () -> TokenTimes.read(json(members)));
      assertEquals(ErrorCode.BAD_TOKEN, refusal.code());
    }
  }

  @Test
  void aNumberOutOfAllBoundsIsNotRead() {
    for (String number : new String[] {"1e999999999", "1e-999999999"}) {
      assertThrows(RelayException.class, () -> json("\"exp\":" + number));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-30, 0, 0, EXPIRED_TOKEN",
    "-29, 0, 0, ''",
    "60, 30, 0, ''",
    "60, 31, 0, BAD_TOKEN",
    "60, 0, 30, ''",
    "60, 0, 31, BAD_TOKEN",
  })
  void clocksMayDifferByTheTolerance(int expires, int notBefore, int issued, String code) {
    TokenTimes times =
        new TokenTimes(
            NOW.plusSeconds(expires),
            Optional.of(NOW.plusSeconds(notBefore)),
            Optional.of(NOW.plusSeconds(issued)));
    if (code.isEmpty()) {
      assertDoesNotThrow(() -> times.check(NOW));
    } else {
      RelayException refusal = assertThrows(RelayException.class, () -> times.check(NOW));
      assertEquals(code, refusal.code().name());
    }
  }

  /** Whoever takes it back is heard for as long. */
  @Test
  void aTokenIsGoodForSoLongAfterItsIssueAtMost() {
    Life life = Life.of(Duration.ofHours(1));
    for (int hours : new int[] {1, 2}) {
      TokenTimes times =
          new TokenTimes(NOW.plus(Duration.ofHours(hours)), Optional.empty(), Optional.of(NOW));
      assertEquals(NOW.plus(Duration.ofHours(1)), times.within(life).expires());
    }
    TokenTimes brief = new TokenTimes(NOW.plusSeconds(60), Optional.empty(), Optional.of(NOW));
    assertEquals(brief, brief.within(life));
    TokenTimes unknown = new TokenTimes(NOW.plusSeconds(60), Optional.empty(), Optional.empty());
    RelayException refusal = assertThrows(RelayException.class, () -> unknown.within(life));
    assertEquals(ErrorCode.BAD_TOKEN, refusal.code());
  }
}
