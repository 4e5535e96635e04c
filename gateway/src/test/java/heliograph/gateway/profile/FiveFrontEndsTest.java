package heliograph.gateway.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attribute;
import heliograph.contract.Dialect;
import heliograph.contract.EndReason;
import heliograph.contract.Event;
import heliograph.contract.Frame;
import heliograph.contract.Gap;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.access.CredentialPolicy;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Seat;
import heliograph.relay.SlowPolicy;
import heliograph.relay.Start;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Five applications that exist, with streams of their own making, are given these by profiles: what
 * their front ends listen to comes out.
 */
class FiveFrontEndsTest {
  private static final Duration RETRY = Duration.ofSeconds(3);
  private static final Gap GAP =
      new Gap(Gap.Reason.OVERFLOW, Profiles.cursor(3), Profiles.cursor(9));
  private static final Dialect.Opening OPENING =
      new Dialect.Opening(
          "s-1", new Tenant("acme"), "ann", Profiles.cursor(7), Duration.ofSeconds(15), RETRY);

  private static ProfileConfig read(String yaml) {
    return Profiles.read("relay:\n  streams:\n" + yaml.indent(4)).getFirst();
  }

  private static String text(List<Frame> frames) {
    return frames.stream().map(Frame::toString).collect(Collectors.joining());
  }

  private static String event(ProfileDialect dialect, Event event) {
    return dialect.event(Profiles.cursor(7), event).toString();
  }

  /** Unnamed events in an envelope whose id is a number, which the page compares with ===. */
  @Test
  void scoutsHearUnnamedEventsOfOneMeeting() {
    ProfileConfig profile =
        read(
            """
            - name: scouthouse
              path: /api/v1/events/{id}/live
              token: { places: [query], query: access_token, verify: session }
              topics: ["event.{path.id}"]
              authorize: [{ url: "http://api:8000/internal/events/{path.id}/member" }]
              event: none
              envelope: '{"type":{event.type},"event_id":{path.id|number},"payload":{data}}'
              heartbeat: { every: PT60S, when: idle, event: none, data: '{"type":"keepalive","event_id":{path.id|number},"payload":{}}' }
              frames:
                connected: off
                gap: { event: none, data: '{"type":"summary_updated","event_id":{path.id|number},"payload":{}}' }
              slow: drop-oldest
            """);
    RequestValues values =
        profile.values(
            profile.path().match("/api/v1/events/42/live").orElseThrow(), Profiles.NO_QUERY);
    ProfileDialect dialect = profile.dialect(values, Profiles.CLOCK);

    assertEquals(List.of(new TopicPattern("event.42")), profile.topics(values));
    assertEquals(
        "id: e1-7\ndata: {\"type\":\"meal_added\",\"event_id\":42,\"payload\":{\"n\":1}}\n\n",
        event(dialect, Profiles.event("meal_added", Profiles.json("{\"n\":1}"))));
    assertEquals(
        "data: {\"type\":\"keepalive\",\"event_id\":42,\"payload\":{}}\n\n",
        profile.heartbeat().orElseThrow().frame(values, Profiles.NOON).toString());
    assertEquals("id: e1-7\nretry: 3000\n\n", text(dialect.connected(OPENING)));
    assertEquals(
        "id: e1-9\ndata: {\"type\":\"summary_updated\",\"event_id\":42,\"payload\":{}}\n\n",
        text(dialect.gap(GAP)));
    assertEquals(SlowPolicy.DROP_OLDEST, profile.slow());
    assertEquals(1, profile.authorize().size());
    assertEquals(
        new CredentialPolicy(
            Set.of(CredentialPolicy.Place.QUERY),
            "access_token",
            Optional.empty(),
            new CredentialPolicy.Verifier.Application()),
        profile.token());
  }

  /** Named events, a first one with the client's id, and channels by comma. */
  @Test
  void participantsHearTheChannelsThatTheyName() {
    ProfileConfig profile =
        read(
            """
            - name: participants
              path: /api/sse
              token: { places: [cookie], verify: session }
              query: { channels: { split: ",", only: [validation, notifications, dashboard] } }
              topics: ["{query.channels}"]
              heartbeat: { comment: keepalive }
              frames: { connected: { event: connected, data: '{"clientId":{stream}}' } }
              enabled: { claim: /features/FF_SSE_UPDATES, answer: 404 }
            """);
    RequestValues values =
        profile.values(Map.of(), Profiles.query("channels", "dashboard,validation,unknown"));
    ProfileDialect dialect = profile.dialect(values, Profiles.CLOCK);

    assertEquals(
        List.of(new TopicPattern("dashboard"), new TopicPattern("validation")),
        profile.topics(values));
    assertEquals(
        "id: e1-7\nretry: 3000\nevent: connected\ndata: {\"clientId\":\"s-1\"}\n\n",
        text(dialect.connected(OPENING)));
    assertEquals(":keepalive\n", dialect.keepalive().toString());
    assertEquals(
        "id: e1-7\nevent: validation.done\ndata: {\"n\":1}\n\n",
        event(dialect, Profiles.event("validation.done", Profiles.json("{\"n\":1}"))));
    assertEquals(404, profile.enabled().answer());
  }

  /** Named events in an envelope, batches, and an end in the application's own words. */
  @Test
  void workersHearBatchesAndTheEndOfTheirSession() {
    ProfileConfig profile =
        read(
            """
            - name: workers
              path: /api/events/stream
              token: { places: [cookie], cookie: session_id, verify: session }
              topics: ["workers.>"]
              envelope: '{"type":{event.type},"source":{event.source},"time":{event.time},"data":{data}}'
              heartbeat: { every: PT30S, when: always, event: heartbeat, data: '{"timestamp":{now|seconds}}' }
              frames:
                connected: { event: connected, data: '{"status":"connected","user":{subject},"client_id":{stream}}' }
                shutdown: { event: system.sse.shutdown, data: '{"reconnect":{reconnect}}' }
                end: { expired: { event: auth.session.expired, data: "{}" }, revoked: { event: auth.session.expired, data: "{}" } }
              window: PT0.1S
              batch: { types: ["worker.metrics.*"], most: 10,
                       envelope: '{"event_type":{event.type},"count":{count},"events":{items}}' }
              start: { replay: 20 }
            """);
    RequestValues values = profile.values(Map.of(), Profiles.NO_QUERY);
    ProfileDialect dialect = profile.dialect(values, Profiles.CLOCK);
    Event status =
        Profiles.event(
            "worker.status",
            Profiles.json("{}"),
            Map.of("time", new Attribute.Text("2026-05-04T12:00:00Z")));
    String item = "{\"type\":\"worker.metrics.cpu\",\"source\":\"/shop\",\"time\":null,\"data\":";

    assertEquals(
        "id: e1-7\nevent: worker.status\ndata: {\"type\":\"worker.status\",\"source\":\"/shop\","
            + "\"time\":\"2026-05-04T12:00:00Z\",\"data\":{}}\n\n",
        event(dialect, status));
    assertEquals(
        "id: e1-5\nevent: worker.metrics.cpu\ndata: {\"event_type\":\"worker.metrics.cpu\","
            + ("\"count\":2,\"events\":[" + item + "1}," + item + "2}]}\n\n"),
        text(
            dialect.frames(
                List.of(
                    Profiles.stored(4, "worker.metrics.cpu", "1"),
                    Profiles.stored(5, "worker.metrics.cpu", "2")))));
    assertEquals(
        "event: heartbeat\ndata: {\"timestamp\":1777896000}\n\n",
        profile.heartbeat().orElseThrow().frame(values, Profiles.NOON).toString());
    assertEquals(
        """
        id: e1-7
        retry: 3000
        event: connected
        data: {"status":"connected","user":"ann","client_id":"s-1"}

        """,
        text(dialect.connected(OPENING)));
    assertEquals(
        "retry: 3000\nevent: system.sse.shutdown\ndata: {\"reconnect\":3000}\n\n",
        text(dialect.shutdown(RETRY)));
    for (EndReason reason : Set.of(EndReason.EXPIRED, EndReason.REVOKED)) {
      assertEquals(
          "retry: 3000\nevent: auth.session.expired\ndata: {}\n\n",
          text(dialect.end(Dialect.Ending.of(reason, RETRY))));
    }
    assertEquals(new Start.Last(20), profile.start(Profiles.CLOCK));
    assertEquals(Duration.ofMillis(100), profile.window());
  }

  /** One stream for each session, a ping that the page waits for, and three pulls after a gap. */
  @Test
  void wishlistsArePulledAfterAGap() {
    ProfileConfig profile =
        read(
            """
            - name: wishlist
              path: /api/v1/events/stream
              token: { places: [cookie, query], query: token, verify: session }
              topics: [sync]
              heartbeat: { every: PT30S, when: idle, event: "sync:ping", data: '{"timestamp":{now}}' }
              frames:
                connected: off
                gap: [ { event: "items:updated", data: "{}" }, { event: "wishlists:updated", data: "{}" }, { event: "marks:updated", data: "{}" } ]
              one-per: { scope: session, most: 1, over: supersede }
              status: { path: /api/v1/events/status, body: '{"connected":{connected},"total_connections":{streams.tenant}}' }
              log-subjects: true
            """);
    ProfileDialect dialect =
        profile.dialect(profile.values(Map.of(), Profiles.NO_QUERY), Profiles.CLOCK);

    assertEquals(
        """
        event: items:updated
        data: {}

        event: wishlists:updated
        data: {}

        id: e1-9
        event: marks:updated
        data: {}

        """,
        text(dialect.gap(GAP)));
    assertEquals(
        "event: sync:ping\ndata: {\"timestamp\":\"2026-05-04T12:00:00.500Z\"}\n\n",
        profile.heartbeat().orElseThrow().frame(RequestValues.NONE, Profiles.NOON).toString());
    assertEquals(
        Optional.of(
            new OnePer(
                OnePer.Scope.SESSION,
                1,
                OverUserLimit.SUPERSEDE,
                new Seat.Storm(3, Duration.ofMinutes(1)))),
        profile.onePer());
    assertEquals(
        "{\"connected\":true,\"total_connections\":7}",
        new String(
            profile.status().orElseThrow().answer(Map.of(), 1, 7, Profiles.NOON),
            StandardCharsets.UTF_8));
    assertTrue(profile.logSubjects());
  }

  /** Named events without anything around them, and one reload after a gap. */
  @Test
  void activitiesAreReloadedAfterAGap() {
    ProfileConfig profile =
        read(
            """
            - name: activities
              path: /events/stream
              token: { places: [cookie], verify: session }
              topics: [activities]
              frames: { connected: off, gap: { event: activity_saved, data: "{}" } }
              queue: 50
              slow: disconnect
            """);
    ProfileDialect dialect =
        profile.dialect(profile.values(Map.of(), Profiles.NO_QUERY), Profiles.CLOCK);

    assertEquals(
        "id: e1-7\nevent: activity_saved\ndata: {\"id\":1}\n\n",
        event(dialect, Profiles.event("activity_saved", Profiles.json("{\"id\":1}"))));
    assertEquals("id: e1-9\nevent: activity_saved\ndata: {}\n\n", text(dialect.gap(GAP)));
    assertEquals(": keepalive\n", dialect.keepalive().toString());
    assertEquals(50, profile.queue());
    assertEquals(SlowPolicy.DISCONNECT, profile.slow());
  }
}
