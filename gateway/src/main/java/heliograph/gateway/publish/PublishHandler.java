package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.Paths;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.intake.Sender;
import heliograph.gateway.json.Json;
import heliograph.gateway.scheme.Challenge;
import heliograph.gateway.scheme.HookRequest;
import heliograph.gateway.scheme.Scheme;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.telemetry.Metrics.PublishResult;
import heliograph.gateway.telemetry.PublishTrace;
import heliograph.gateway.telemetry.TopTopics;
import heliograph.gateway.telemetry.Tracing;
import heliograph.relay.Hub;
import heliograph.relay.Receipt;
import heliograph.relay.Trace;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/**
 * Serves the endpoints at which events are published. A request takes this way: its bytes are
 * received, its sender is proven, its events are read and handed to the hub, and the answer says
 * what became of each. Any thread.
 */
final class PublishHandler {
  static final String HOOKS = "/v1/hooks/{publisher}";
  static final String HOOKS_OF_TENANT = HOOKS + "/{tenant}";

  /** The most requests that wait for the log at once; publishers share them. */
  static final int MAX_WAITING = 4096;

  // The parameter of a publisher that wants to know for how many streams its events are.
  private static final String COUNT = "count";

  private final Hub hub;
  private final WaitingPublishers waiting;
  private final Bodies bodies;
  private final Rates rates;
  private final Metrics metrics;
  private final Pauses pauses;
  private final TopTopics topics;
  private final Tracing tracing;
  private final PublishRules rules;
  private final Supplier<PublishRules> now;

  /**
   * @param rules what decides about a request until its body is here
   * @param now what decides then: a publisher that went meanwhile is refused
   */
  PublishHandler(
      Hub hub,
      WaitingPublishers waiting,
      Bodies bodies,
      Rates rates,
      Metrics metrics,
      Pauses pauses,
      TopTopics topics,
      Tracing tracing,
      PublishRules rules,
      Supplier<PublishRules> now) {
    this.hub = hub;
    this.waiting = waiting;
    this.bodies = bodies;
    this.rates = rates;
    this.metrics = metrics;
    this.pauses = pauses;
    this.topics = topics;
    this.tracing = tracing;
    this.rules = rules;
    this.now = now;
  }

  void register(HttpRules routing) {
    Refusals refusals = rules.refusals();
    Handler hook = refusals.telling(rules.publishers()::nameOfSigning, this::hook);
    routing.post(Paths.EVENTS, refusals.telling(Refusals::known, this::events)).post(HOOKS, hook);
    if (rules.publishers().anyMapping()) {
      routing.post(HOOKS_OF_TENANT, hook);
    }
  }

  /** Serves {@code POST /v1/events}: the publisher is the client of a bearer token. */
  private void events(ServerRequest request, ServerResponse response) {
    PublishTrace trace = tracing.begin(request, Paths.EVENTS);
    trace.verifies();
    BearerPublishers.Bearer known = known(request, rules, trace);
    try (Bodies.Body body = bodies.known(known.share())) {
      byte[] raw = body.receive(request, response);
      byte[] text = body.inflate(request.headers(), raw);
      PublishRules last = now.get();
      // The publisher, or the issuer of its token, may be another one by now, or gone.
      BearerPublishers.Bearer bearer = last == rules ? known : known(request, last, trace);
      Publisher publisher = bearer.publisher();
      boolean counts = counts(request, publisher);
      Sender sender = sender(request, publisher, "");
      EventReader.Contents contents = contents(last, text, sender, trace);
      last.bearers().check(bearer, contents.fit());
      Sent sent = new Sent(last, publisher, contents, trace);
      publish(response, sent, Status.ACCEPTED_202, counts);
    }
  }

  /** The publisher of a bearer token, which may send. */
  private BearerPublishers.Bearer known(
      ServerRequest request, PublishRules by, PublishTrace trace) {
    BearerPublishers.Bearer bearer = by.bearers().of(request);
    Refusals.known(request, bearer.publisher());
    trace.proven(bearer.publisher().name());
    pauses.check(bearer.publisher());
    return bearer;
  }

  /**
   * Serves {@code POST /v1/hooks/{publisher}}, with a tenant or without: the publisher proves
   * itself by its scheme.
   */
  private void hook(ServerRequest request, ServerResponse response) {
    HookRequest asked = rules.publishers().asked(request);
    Optional<Publisher> known = rules.publishers().signing(request);
    try (Bodies.Body body = rules.publishers().body(bodies, known, asked)) {
      byte[] raw = body.receive(request, response);
      PublishRules last = now.get();
      // Whether the name or the signature is wrong is not told: only those who can sign may learn
      // names.
      Publisher publisher = last.publishers().signing(request).orElseThrow(Scheme::refused);
      Publisher.Hook hook = publisher.hook().orElseThrow(Scheme::refused);
      Optional<Challenge.Answer> unsigned = hook.answer(asked, raw, false);
      if (unsigned.isPresent()) {
        unsigned.get().send(response);
        return;
      }
      PublishTrace trace =
          tracing.begin(request, tenant(request).isPresent() ? HOOKS_OF_TENANT : HOOKS);
      trace.verifies();
      String delivery = hook.scheme().verify(asked, raw);
      trace.proven(publisher.name());
      body.prove(publisher.name());
      pauses.check(publisher);
      byte[] text = body.inflate(request.headers(), raw);
      Optional<Challenge.Answer> signed = hook.answer(asked, text, true);
      if (signed.isPresent()) {
        signed.get().send(response);
        return;
      }
      boolean counts = counts(request, publisher);
      Sender sender = sender(request, publisher, delivery);
      EventReader.Contents contents = contents(last, text, sender, trace);
      publish(response, new Sent(last, publisher, contents, trace), hook.accepted(), counts);
    }
  }

  /**
   * Whether the answer is to say for how many streams each event is. For a publisher that may not
   * know, the parameter is one of those that mean nothing.
   */
  private static boolean counts(ServerRequest request, Publisher publisher) {
    if (!publisher.config().presence() || !request.query().contains(COUNT)) {
      return false;
    }
    List<String> values = request.query().all(COUNT, List::of);
    if (values.equals(List.of("true")) || values.equals(List.of("false"))) {
      return values.contains("true");
    }
    throw new RelayException(ErrorCode.INVALID_REQUEST, COUNT + ": true or false, once");
  }

  private static Sender sender(ServerRequest request, Publisher publisher, String delivery) {
    return new Sender(publisher, request.headers(), tenant(request), delivery);
  }

  private static Optional<String> tenant(ServerRequest request) {
    return request.path().pathParameters().first("tenant").asOptional();
  }

  private EventReader.Contents contents(
      PublishRules last, byte[] body, Sender sender, PublishTrace trace) {
    trace.validates(body.length);
    try {
      EventReader.Contents contents = last.reader().read(body, sender);
      trace.validated();
      return contents;
    } catch (RelayException refusal) {
      metrics.published(PublishResult.REFUSED);
      throw refusal;
    }
  }

  /**
   * What a publisher sent, proven and read.
   *
   * @param rules by which it was
   */
  private record Sent(
      PublishRules rules, Publisher publisher, EventReader.Contents contents, PublishTrace trace) {}

  private void publish(ServerResponse response, Sent sent, Status status, boolean counts) {
    EventReader.Contents contents = sent.contents();
    List<Event> fit = contents.fit();
    takeRate(response, sent.rules(), sent.publisher(), fit);
    List<Receipt> receipts = store(sent, fit);
    List<Outcome> outcomes =
        Outcome.all(
            contents.readings(), receipts, counts ? hub.headcount()::of : _ -> OptionalInt.empty());
    outcomes.forEach(outcome -> metrics.published(outcome.result()));
    PublishTrace trace = sent.trace();
    for (int i = 0; i < receipts.size(); i++) {
      if (receipts.get(i) instanceof Receipt.Stored) {
        topics.stored(fit.get(i).tenant(), fit.get(i).topic());
      }
    }
    Refusals refusals = sent.rules().refusals();
    trace.telling(() -> refusals.answered(sent.publisher(), outcomes, contents.batch()));
    if (!contents.batch() && outcomes.getFirst() instanceof Outcome.Refused(RelayException why)) {
      throw why;
    }
    trace.answered(status.code());
    accepted(response, status, json -> write(json, outcomes, contents.batch()));
  }

  private List<Receipt> store(Sent sent, List<Event> fit) {
    if (fit.isEmpty()) {
      return List.of();
    }
    List<Trace> traces = sent.trace().follow(fit);
    List<Receipt> receipts = waiting.publish(sent.publisher().name(), fit, traces);
    sent.trace().stored();
    return receipts;
  }

  private static void write(JsonGenerator json, List<Outcome> outcomes, boolean batch) {
    if (!batch && outcomes.getFirst() instanceof Outcome.Accepted one) {
      one.write(json);
    } else {
      Outcome.writeAll(json, outcomes);
    }
  }

  /** Takes the events out of the publisher's rate; in any case the headers say what is left. */
  private void takeRate(
      ServerResponse response, PublishRules last, Publisher publisher, List<Event> events) {
    Rates.Taken taken = rates.take(publisher, events.stream().map(Event::tenant).toList());
    taken.tell(response);
    if (taken.refusal().isPresent()) {
      last.refusals().overRate(publisher, events.size());
      throw taken.refusal().get();
    }
  }

  private static void accepted(
      ServerResponse response, Status status, Consumer<JsonGenerator> members) {
    response.status(status);
    if (status.equals(Status.ACCEPTED_202)) {
      response.header(HeaderNames.CONTENT_TYPE, "application/json").send(Json.object(members));
    } else {
      response.send();
    }
  }
}
