package heliograph.publisher;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Sends what is in the queue, one request at a time: the next one goes only after the answer to the
 * last, which is what keeps the order. Each event is settled once, whatever the answers are. One
 * thread, which is interrupted when the time to close is over.
 */
final class Sender implements Runnable {
  /**
   * Events that are sent together.
   *
   * @param id the same for each attempt, and another one for other events
   */
  private record Request(String id, List<Pending> events) {
    static Request of(List<Pending> events) {
      return new Request("msg_" + UUID.randomUUID(), List.copyOf(events));
    }

    List<String> ids() {
      return events.stream().map(Pending::id).toList();
    }

    byte[] body() {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      char before = '[';
      for (Pending event : events) {
        body.write(before);
        body.writeBytes(event.json());
        before = ',';
      }
      body.write(']');
      return body.toByteArray();
    }
  }

  private final EventQueue queue;
  private final Answers answers;
  private final Relay relay;
  private final Settings.Retries retries;
  private final Backoff backoff;

  // The sender's thread.
  private final Set<Pending> open = new LinkedHashSet<>();
  private long notBefore = System.nanoTime();

  Sender(
      EventQueue queue, Answers answers, Relay relay, Settings.Retries retries, Backoff backoff) {
    this.queue = queue;
    this.answers = answers;
    this.relay = relay;
    this.retries = retries;
    this.backoff = backoff;
  }

  @Override
  public void run() {
    try {
      List<Pending> batch = queue.nextBatch();
      while (!batch.isEmpty()) {
        open.addAll(batch);
        deliver(batch);
        batch = queue.nextBatch();
      }
    } catch (InterruptedException e) {
      // The time to close is over; what is left is told so below.
      Thread.currentThread().interrupt();
    } finally {
      // Also if a bug ends this thread, nothing is accepted in vain.
      queue.close();
      open.addAll(queue.drain());
      for (Pending event : List.copyOf(open)) {
        fail(event, PublishException.Kind.CLOSED, "closed before it was answered");
      }
      answers.end();
    }
  }

  /** Sends these, and parts of them where the whole is refused, until each is settled. */
  private void deliver(List<Pending> batch) throws InterruptedException {
    Deque<Request> left = new ArrayDeque<>();
    left.push(Request.of(batch));
    while (!left.isEmpty()) {
      awaitPermission();
      List<Request> more = attempt(left.pop());
      for (int i = more.size() - 1; i >= 0; i--) {
        left.push(more.get(i));
      }
    }
  }

  private void awaitPermission() throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(notBefore - System.nanoTime());
  }

  /** Makes one attempt, and says what has to be sent after it, in order. */
  private List<Request> attempt(Request request) throws InterruptedException {
    Request current = without(request, giveUp(request, "it waited for others", Duration.ZERO));
    if (current.events().isEmpty()) {
      return List.of();
    }
    byte[] body = current.body();
    current.events().forEach(Pending::countAttempt);
    Answer answer;
    try {
      answer = relay.post(current.id(), current.ids(), body);
    } catch (InterruptedException e) {
      current.events().forEach(Pending::markUnsure);
      throw e;
    }
    return switch (answer) {
      case Answer.Results(List<Answer.Result> results) -> settle(current.events(), results);
      case Answer.Refused(Problem problem) -> refuse(current.events(), problem);
      case Answer.Failed failed -> again(current, failed);
    };
  }

  private List<Request> settle(List<Pending> events, List<Answer.Result> results) {
    backoff.reset();
    for (int i = 0; i < events.size(); i++) {
      Pending event = events.get(i);
      switch (results.get(i)) {
        case Answer.Result.Stored(Published published) -> {
          open.remove(event);
          answers.stored(event, published);
        }
        case Answer.Result.NotStored(Problem problem) -> refuse(event, problem);
      }
    }
    return List.of();
  }

  // One bad event must not take others with it, which are all that it has in common with it.
  private List<Request> refuse(List<Pending> events, Problem problem) {
    backoff.reset();
    if (events.size() > 1 && problem.mayBeAPartsAlone()) {
      events.forEach(Pending::uncountAttempt);
      int half = events.size() / 2;
      return List.of(
          Request.of(events.subList(0, half)), Request.of(events.subList(half, events.size())));
    }
    events.forEach(event -> refuse(event, problem));
    return List.of();
  }

  private void refuse(Pending event, Problem problem) {
    open.remove(event);
    answers.failed(event, PublishException.refused(problem, event.mayBeStored()));
  }

  private List<Request> again(Request request, Answer.Failed failed) {
    Duration pause = backoff.next(failed.asked());
    notBefore = System.nanoTime() + pause.toNanos();
    if (failed.mayBeStored()) {
      request.events().forEach(Pending::markUnsure);
    }
    Request rest = without(request, giveUp(request, failed.why(), pause));
    return rest.events().isEmpty() ? List.of() : List.of(rest);
  }

  /** Gives up those events for which there is no other attempt after this pause. */
  private List<Pending> giveUp(Request request, String why, Duration pause) {
    List<Pending> given = new ArrayList<>();
    long then = System.nanoTime() + pause.toNanos();
    for (Pending event : request.events()) {
      boolean late = then - event.accepted() > retries.within().toNanos();
      if (late || event.attempts() >= retries.maxAttempts()) {
        String bound = late ? "within " + retries.within() : "in that many attempts";
        fail(
            event,
            PublishException.Kind.GAVE_UP,
            "not published %s (attempts: %d): %s".formatted(bound, event.attempts(), why));
        given.add(event);
      }
    }
    return given;
  }

  private static Request without(Request request, List<Pending> given) {
    if (given.isEmpty()) {
      return request;
    }
    List<Pending> rest = new ArrayList<>(request.events());
    rest.removeAll(given);
    return Request.of(rest);
  }

  private void fail(Pending event, PublishException.Kind kind, String message) {
    open.remove(event);
    answers.failed(event, PublishException.ended(kind, message, event.mayBeStored()));
  }
}
