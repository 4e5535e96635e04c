package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A refusal keeps what it says while it is told in another place or under another code. */
class RelayExceptionTest {
  private final RelayException badTopic = RelayException.invalid("topic", "topic: empty");

  @Test
  void inABatchThePointerBeginsWithTheIndex() {
    assertEquals("/2/topic", badTopic.at(2).pointer());
    assertEquals("/2", new RelayException(ErrorCode.TOO_LARGE, "too large").at(2).pointer());
  }

  @Test
  void anotherCodeKeepsTheMemberAndTheDetail() {
    RelayException notAllowed = badTopic.as(ErrorCode.NOT_ALLOWED);

    assertEquals(ErrorCode.NOT_ALLOWED, notAllowed.code());
    assertEquals("/topic", notAllowed.pointer());
    assertEquals("topic: empty", notAllowed.detail());
  }

  @Test
  void whenToComeBackIsKeptToo() {
    Duration wait = Duration.ofSeconds(3);
    RelayException later = RelayException.retryAfter(ErrorCode.RATE_LIMITED, "over", wait);

    assertEquals(Optional.of(wait), later.at(1).as(ErrorCode.LOG_UNAVAILABLE).retryAfter());
    assertEquals(Optional.empty(), badTopic.retryAfter());
  }

  @Test
  void theReasonForOperatorsIsKeptAndNoPartOfTheDetail() {
    RelayException refused = badTopic.because("a prefix").at(2).as(ErrorCode.NOT_ALLOWED);

    assertEquals(Optional.of("a prefix"), refused.reason());
    assertEquals("topic: empty", refused.detail());
    assertEquals(Optional.empty(), badTopic.reason());
  }

  @Test
  void anAnswerCarriesNoStackTrace() {
    assertEquals(0, badTopic.getStackTrace().length);
  }
}
