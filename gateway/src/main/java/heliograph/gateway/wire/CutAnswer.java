package heliograph.gateway.wire;

import heliograph.contract.RelayException;
import heliograph.gateway.json.ProblemText;
import io.helidon.http.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes the answer that is written past Helidon to a connection that is cut afterwards. */
final class CutAnswer {
  private CutAnswer() {}

  /** The bytes of the whole answer, with its head. */
  static byte[] of(RelayException refusal) {
    byte[] problem = ProblemText.json(refusal).getBytes(StandardCharsets.UTF_8);
    Status status = Status.create(refusal.code().status());
    String head =
        "HTTP/1.1 "
            + status.code()
            + " "
            + status.reasonPhrase()
            + "\r\nContent-Type: application/problem+json\r\n"
            + refusal
                .retryAfter()
                .map(it -> "Retry-After: " + RetryAfter.seconds(it) + "\r\n")
                .orElse("")
            + "Content-Length: "
            + problem.length
            + "\r\nConnection: close\r\n\r\n";
    byte[] answer =
        Arrays.copyOf(head.getBytes(StandardCharsets.US_ASCII), head.length() + problem.length);
    System.arraycopy(problem, 0, answer, head.length(), problem.length);
    return answer;
  }
}
