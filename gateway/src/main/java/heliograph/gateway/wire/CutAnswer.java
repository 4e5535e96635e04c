package heliograph.gateway.wire;

import heliograph.contract.RelayException;
import heliograph.gateway.json.ProblemText;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes the answer that is written past Helidon to a connection that is cut afterwards. */
final class CutAnswer {
  private CutAnswer() {}

  /** The bytes of the whole answer, with its head. */
  static byte[] of(RelayException refusal) {
    byte[] problem = ProblemText.json(refusal).getBytes(StandardCharsets.UTF_8);
    ResponseHead head =
        ResponseHead.of(Status.create(refusal.code().status()))
            .set(HeaderNames.CONTENT_TYPE, "application/problem+json")
            .set(HeaderNames.CONTENT_LENGTH, Integer.toString(problem.length))
            .set(HeaderNames.CONNECTION, "close");
    refusal
        .retryAfter()
        .ifPresent(it -> head.set(HeaderNames.RETRY_AFTER, Long.toString(RetryAfter.seconds(it))));
    byte[] bytes = head.bytes();
    byte[] answer = Arrays.copyOf(bytes, bytes.length + problem.length);
    System.arraycopy(problem, 0, answer, bytes.length, problem.length);
    return answer;
  }
}
