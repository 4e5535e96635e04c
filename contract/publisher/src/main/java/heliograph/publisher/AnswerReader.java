package heliograph.publisher;

import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what a relay, or what stands in front of it, answers to a request. Any thread. */
final class AnswerReader {
  private static final int ACCEPTED = 202;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int INTERNAL_ERROR = 500;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int VERSION_NOT_SUPPORTED = 505;

  private static final String PROBLEM = "application/problem+json";
  private static final Pattern IN_BATCH = Pattern.compile("/[0-9]+(.*)", Pattern.DOTALL);

  private AnswerReader() {}

  /**
   * @param ids those of the events of the request, in its order
   */
  static Answer read(HttpResponse<byte[]> response, List<String> ids, Instant now) {
    int status = response.statusCode();
    if (status == ACCEPTED) {
      return results(response.body(), ids);
    }
    Problem problem = problem(response);
    return isTemporary(status) ? failed(problem, wait(response, now)) : new Answer.Refused(problem);
  }

  private static Optional<Duration> wait(HttpResponse<byte[]> response, Instant now) {
    return response.headers().firstValue("Retry-After").flatMap(at -> RetryAfter.parse(at, now));
  }

  private static boolean isTemporary(int status) {
    boolean fault = status >= INTERNAL_ERROR;
    return status == REQUEST_TIMEOUT
        || status == TOO_MANY_REQUESTS
        || (fault && status != NOT_IMPLEMENTED && status != VERSION_NOT_SUPPORTED);
  }

  // A relay that refuses a request has stored nothing, unless it is stopping just then or has a
  // bug.
  // An answer without the relay's code is another's, who may have lost the relay's own.
  private static Answer failed(Problem problem, Optional<Duration> wait) {
    boolean sure =
        problem
            .code()
            .filter(code -> code != ErrorCode.SHUTTING_DOWN && code != ErrorCode.INTERNAL_ERROR)
            .isPresent();
    return new Answer.Failed(problem.toString(), wait, !sure);
  }

  private static Answer results(byte[] body, List<String> ids) {
    try {
      if (JsonText.parse(body) instanceof Map<?, ?> answer
          && answer.get("results") instanceof List<?> list
          && list.size() == ids.size()) {
        List<Answer.Result> results = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
          Optional<Answer.Result> result = result(list.get(i), ids.get(i));
          if (result.isEmpty()) {
            return unreadable();
          }
          results.add(result.get());
        }
        return new Answer.Results(results);
      }
      return unreadable();
    } catch (JsonText.MalformedJson e) {
      return unreadable();
    }
  }

  // It says that the events are stored, and not where. Sent again, they are found to be there.
  private static Answer unreadable() {
    return Answer.Failed.unsure("202 with an answer that is not a relay's");
  }

  private static Optional<Answer.Result> result(Object element, String id) {
    if (!(element instanceof Map<?, ?> members)) {
      return Optional.empty();
    }
    if (members.get("cursor") instanceof String cursor) {
      boolean known = members.get("duplicate") instanceof Boolean;
      return known && id.equals(members.get("id"))
          ? stored(id, cursor, Boolean.TRUE.equals(members.get("duplicate")))
          : Optional.empty();
    }
    if (members.get("code") instanceof String
        && members.get("status") instanceof JsonText.Other status
        && status.text().matches("[45][0-9]{2}")) {
      return Optional.of(
          new Answer.Result.NotStored(problem(Integer.parseInt(status.text()), members)));
    }
    return Optional.empty();
  }

  private static Optional<Answer.Result> stored(String id, String cursor, boolean duplicate) {
    try {
      Published published = new Published(id, Cursor.parse(cursor), duplicate);
      return Optional.of(new Answer.Result.Stored(published));
    } catch (RelayException e) {
      return Optional.empty();
    }
  }

  private static Problem problem(HttpResponse<byte[]> response) {
    int status = response.statusCode();
    String type = response.headers().firstValue("Content-Type").orElse("");
    try {
      if (type.startsWith(PROBLEM)
          && JsonText.parse(response.body()) instanceof Map<?, ?> members) {
        return problem(status, members);
      }
    } catch (JsonText.MalformedJson e) {
      return Problem.bare(status);
    }
    return Problem.bare(status);
  }

  private static Problem problem(int status, Map<?, ?> members) {
    Matcher inBatch = IN_BATCH.matcher(text(members, "pointer"));
    String pointer = inBatch.matches() ? inBatch.group(1) : text(members, "pointer");
    return new Problem(status, text(members, "code"), text(members, "detail"), pointer);
  }

  private static String text(Map<?, ?> members, String name) {
    return members.get(name) instanceof String text ? text : "";
  }
}
