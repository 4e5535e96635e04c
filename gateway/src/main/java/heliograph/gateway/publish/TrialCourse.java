package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.intake.EventReader.Contents;
import heliograph.gateway.intake.EventReader.Reading;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.intake.Sender;
import heliograph.gateway.publish.TrialStep.Name;
import heliograph.gateway.publish.TrialStep.Result;
import heliograph.gateway.scheme.Challenge;
import heliograph.gateway.scheme.Scheme;
import heliograph.gateway.scheme.SchemeName;
import io.helidon.http.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes a pasted request through the steps of a real one, each by the code that the door has, and
 * goes on where the door would refuse. Nothing is remembered, counted or stored. One thread.
 */
public final class TrialCourse {
  private static final String ANSWERED = "the challenge is answered, and nothing is published";
  private static final String NOT_READ = "a step before it was refused";
  private static final String BEARER = "a bearer token is not verified here: never paste one";
  private static final String CERTIFICATE = "the certificate is the connection's, and not pasted";
  private static final String NO_TIME = "the scheme has no time, or the request does not say it";
  private static final String NO_QUESTION = "the request asks nothing that is to be sent back";
  private static final String PASTED =
      "a request that is pasted later mostly is; it may have come in time";

  private final EventReader reader;
  private final Bodies doors;
  private final Publisher publisher;
  private final Trial trial;
  private final Optional<Publisher.Hook> hook;
  private final List<TrialStep> steps = new ArrayList<>();
  private Optional<Challenge.Answer> answer = Optional.empty();
  private Optional<Contents> contents = Optional.empty();

  /**
   * The course of one trial.
   *
   * @param doors the bodies of real requests, for their bound
   */
  public TrialCourse(EventReader reader, Bodies doors, Publisher publisher, Trial trial) {
    this.reader = reader;
    this.doors = doors;
    this.publisher = publisher;
    this.trial = trial;
    this.hook = trial.bearer() ? Optional.empty() : publisher.hook();
  }

  /**
   * Goes all the way.
   *
   * @param room where the body is inflated
   * @throws RelayException TOO_LARGE or OVERLOADED if there is no room to try it
   */
  public void run(Bodies.Body room) {
    step(Name.SIZE, this::size);
    if (trial.get()) {
      step(Name.CHALLENGE, this::asked);
    } else {
      post(room);
    }
    String why = answer.isPresent() ? ANSWERED : NOT_READ;
    for (Name name : Name.values()) {
      if (steps.stream().noneMatch(step -> step.name() == name)) {
        step(name, () -> new Result.Skipped(why));
      }
    }
  }

  private void post(Bodies.Body room) {
    boolean signed = hook.flatMap(Publisher.Hook::challenge).map(Challenge::signed).orElse(true);
    if (!signed) {
      step(Name.CHALLENGE, () -> challenge(trial.body(), false, false));
    }
    if (answer.isPresent()) {
      return;
    }
    boolean proven = step(Name.SIGNATURE, this::proof);
    step(Name.TIMESTAMP, this::age);
    Optional<byte[]> text = inflated(room);
    if (signed && text.isPresent()) {
      step(Name.CHALLENGE, () -> challenge(text.get(), true, proven));
    }
    if (answer.isEmpty() && text.isPresent()) {
      read(text.get());
    }
  }

  /** Whether it was not refused. */
  private boolean step(Name name, Supplier<Result> work) {
    Result result;
    try {
      result = work.get();
    } catch (RelayException why) {
      result = new Result.Refused(why);
    }
    steps.add(new TrialStep(name, result));
    return !(result instanceof Result.Refused);
  }

  /** What can be pasted is never more than what the doors take. */
  private Result size() {
    return new Result.Passed(
        json -> {
          json.writeNumberProperty("bytes", trial.body().length);
          json.writeNumberProperty("most", doors.maxBytes());
        });
  }

  private Result asked() {
    answer = publisher.hook().flatMap(it -> it.answer(trial.request()));
    return answered(true)
        .orElseThrow(() -> Scheme.refused("the request is not what the challenge is to look like"));
  }

  /**
   * @param proven whether it may be told what is signed: who can try any text would else have
   *     signatures of any
   */
  private Result challenge(byte[] body, boolean signed, boolean proven) {
    answer = hook.flatMap(it -> it.answer(trial.request(), body, signed));
    boolean shown =
        proven || hook.flatMap(Publisher.Hook::challenge).flatMap(it -> it.form().hmac()).isEmpty();
    return answered(shown).orElseGet(() -> new Result.Skipped(NO_QUESTION));
  }

  private Optional<Result> answered(boolean shown) {
    return answer.map(
        it ->
            new Result.Passed(
                json -> {
                  json.writeObjectPropertyStart("answer");
                  json.writeNumberProperty("status", it.status());
                  json.writeStringProperty("contentType", it.contentType());
                  if (shown) {
                    json.writeStringProperty("text", it.text());
                  }
                  json.writeEndObject();
                }));
  }

  private Result proof() {
    if (hook.isEmpty()) {
      return new Result.Skipped(BEARER);
    }
    if (hook.get().name() == SchemeName.MTLS) {
      return new Result.Skipped(CERTIFICATE);
    }
    hook.get().scheme().checkProof(trial.request(), trial.body());
    String delivery = delivery();
    return delivery.isEmpty()
        ? Result.PASSED
        : new Result.Passed(json -> json.writeStringProperty("delivery", delivery));
  }

  private String delivery() {
    return hook.map(it -> it.scheme().nextDelivery(trial.request(), trial.body())).orElse("");
  }

  private Result age() {
    try {
      boolean said = hook.isPresent() && hook.get().scheme().checkAge(trial.request());
      return said ? Result.PASSED : new Result.Skipped(NO_TIME);
    } catch (RelayException why) {
      if (why.code() == ErrorCode.STALE_REQUEST) {
        throw why.because(PASTED);
      }
      return new Result.Skipped(NO_TIME);
    }
  }

  private Optional<byte[]> inflated(Bodies.Body room) {
    byte[] text;
    try {
      text = room.inflate(trial.request().headers(), trial.body());
    } catch (RelayException why) {
      boolean ours = why.code() == ErrorCode.TOO_LARGE && room.most() < doors.maxBytes();
      if (ours || why.code() == ErrorCode.OVERLOADED) {
        // It says nothing of what would become of the request.
        throw why;
      }
      step(
          Name.ENCODING,
          () -> {
            throw why;
          });
      return Optional.empty();
    }
    step(Name.ENCODING, () -> Result.PASSED);
    return Optional.of(text);
  }

  private void read(byte[] text) {
    Publisher who = trial.bearer() ? publisher.asClient() : publisher;
    Sender sender = new Sender(who, trial.request().headers(), trial.tenant(), delivery());
    boolean taken =
        step(Name.PATH, () -> passed(() -> EventReader.checkPath(sender)))
            && step(Name.MEDIA_TYPE, () -> passed(() -> EventReader.checkMediaType(sender)));
    if (taken) {
      step(Name.BODY, () -> body(text, sender));
    }
  }

  private static Result passed(Runnable check) {
    check.run();
    return Result.PASSED;
  }

  private Result body(byte[] text, Sender sender) {
    Contents read = reader.read(text, sender);
    contents = Optional.of(read);
    return new Result.Passed(
        json -> {
          json.writeArrayPropertyStart("warnings");
          for (Reading reading : read.readings()) {
            if (reading instanceof Reading.Fit fit) {
              fit.warnings().forEach(warning -> warning.write(json));
            }
          }
          json.writeEndArray();
        });
  }

  public List<TrialStep> steps() {
    return steps;
  }

  /** What would have become of its events; none if it was not read so far. */
  public List<Reading> events() {
    return contents.map(Contents::readings).orElse(List.of());
  }

  /** The status that the caller would have got. */
  public int status() {
    for (TrialStep step : steps) {
      if (step.result() instanceof Result.Refused(RelayException why)) {
        return why.code().status();
      }
    }
    Status accepted = hook.map(Publisher.Hook::accepted).orElse(Status.ACCEPTED_202);
    return answer.map(Challenge.Answer::status).orElse(accepted.code());
  }
}
