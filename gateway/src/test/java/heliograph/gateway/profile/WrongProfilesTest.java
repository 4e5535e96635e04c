package heliograph.gateway.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.settings.BadConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A profile that is wrong stops the start, and the message names the key. */
class WrongProfilesTest {
  private static String refused(String yaml) {
    BadConfiguration refusal = assertThrows(BadConfiguration.class, () -> Profiles.read(yaml));
    return String.valueOf(refusal.getMessage());
  }

  private static void assertBlames(String key, String message) {
    assertTrue(message.startsWith("relay.streams" + key + ": "), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      value = {
        "event: \"\" -> event",
        "event: \"a\\nb\" -> event",
        "event: \"a\\u0085b\" -> event",
        "types: [\"a*b\"] -> types",
        "filter: \"event.type ==\" -> filter",
        "filter: \"1\" -> filter",
        "query: { part: { split: \",\" } } -> query.part",
        "names: [{ name: a }] -> names.0.type",
        "names: [{ type: a }] -> names.0.name",
        "names: [{ type: \"a*b\", name: a }] -> names.0.type",
        "names: [{ type: a, name: \"b\\rc\" }] -> names.0.name",
        "names: all -> names",
        "envelope: '{\"a\":{event.type}' -> envelope",
        "envelope: '{\"a\":\"{event.type}\"}' -> envelope",
        "envelope: '{\"a\":{id}}' -> envelope",
        "envelope: '{\"a\":{path.other}}' -> envelope",
        "envelope: '{\"a\":{now}}' -> envelope",
        "envelope: '{\"a\":{event.roles}}' -> envelope",
        "envelope: CloudEvents -> envelope",
        "ids: maybe -> ids",
        "start: yesterday -> start",
        "start: { replay: 0 } -> start.replay",
        "start: { replay: 10001 } -> start.replay",
        "start: { since: 10 } -> start.since",
        "start: { since: PT0S } -> start.since",
        "start: { replay: 1, since: PT1M } -> start",
        "start: { last: 1 } -> start",
        "heartbeat: { every: PT0.5S } -> heartbeat.every",
        "heartbeat: { every: PT2H } -> heartbeat.every",
        "heartbeat: { when: always } -> heartbeat.every",
        "heartbeat: { event: ping } -> heartbeat.every",
        "heartbeat: { data: \"{}\" } -> heartbeat.every",
        "heartbeat: { every: PT1S, when: never } -> heartbeat.when",
        "heartbeat: { every: PT1S, event: \"a\\nb\" } -> heartbeat.event",
        "heartbeat: { every: PT1S, data: '{data}' } -> heartbeat.data",
        "heartbeat: { every: PT1S, data: '{now}1' } -> heartbeat.data",
        "heartbeat: { every: PT1S, data: '{now|number}' } -> heartbeat.data",
        "heartbeat: { comment: \"a\\nb\" } -> heartbeat.comment",
        "heartbeat: { comment: \"a\\rb\" } -> heartbeat.comment",
        "frames: { connected: never } -> frames.connected",
        "frames: { connected: { event: \"a\\nb\" } } -> frames.connected.event",
        "frames: { connected: { data: '{reason}' } } -> frames.connected.data",
        "frames: { connected: { data: 'text' } } -> frames.connected.data",
        "frames: { connected: [{ event: a }] } -> frames.connected.0.event",
        "frames: { position: off } -> frames.position",
        "frames: { position: { data: '{to}' } } -> frames.position.data",
        "frames: { gap: silent } -> frames.gap",
        "frames: { gap: { data: '{cursor}' } } -> frames.gap.data",
        "frames: { gap: [{ data: '1' }, { data: x }] } -> frames.gap.1.data",
        "frames: { reauth: { data: '{reason}' } } -> frames.reauth.data",
        "frames: { reauth: [{ event: a }] } -> frames.reauth.0.event",
        "frames: { shutdown: { data: '{expires}' } } -> frames.shutdown.data",
        "frames: { end: { data: '{stream}' } } -> frames.end.data",
        "frames: { end: { slow: loud } } -> frames.end.slow",
        "frames: { end: { expired: { data: '{to}' } } } -> frames.end.expired.data",
        "frames: { end: { shutdown: { event: a } } } -> frames.end.shutdown.event",
        "frames: { end: { left: off } } -> frames.end.left",
        "frames: { end: { event: a, slow: off } } -> frames.end",
        "frames: { open: off } -> frames.open",
        "slow: drop -> slow",
        "queue: 0 -> queue",
        "queue: 100001 -> queue",
        "write-timeout: PT0S -> write-timeout",
        "retry: PT0S -> retry",
        "compression: br -> compression",
        "window: PT11S -> window",
        "latest: newest -> latest",
        "reauth: PT2H -> reauth",
        "batch: { types: [a] } -> window",
        "batch: { most: 10 } -> batch.types",
        "batch: { types: [\"*a\"] } -> batch.types",
        "batch: { types: [a], most: 1 } -> batch.most",
        "batch: { types: [a], most: 501 } -> batch.most",
        "batch: { types: [a], name: \"a\\nb\" } -> batch.name",
        "batch: { types: [a], envelope: '{data}' } -> batch.envelope",
        "batch: { types: [a], envelope: '{items}{count}' } -> batch.envelope",
        "one-per: { scope: browser } -> one-per.scope",
        "one-per: { most: 0 } -> one-per.most",
        "one-per: { over: evict } -> one-per.over",
        "one-per: { storm: { times: 0 } } -> one-per.storm.times",
        "one-per: { storm: { within: PT0S } } -> one-per.storm.within",
        "enabled: sometimes -> enabled",
        "enabled: { answer: 404 } -> enabled",
        "enabled: { claim: beta } -> enabled.claim",
        "enabled: { claim: /a, answer: 301 } -> enabled.answer",
        "enabled: { claim: /a, answer: 300 } -> enabled.answer",
        "status: { body: '{streams}' } -> status.path",
        "status: { path: /v1/mine } -> status.path",
        "status: { path: \"/events/{x}/live\" } -> status.path",
        "status: { path: /mine, body: '{path.id}' } -> status.body",
        "status: { path: /mine, body: '{query.a}' } -> status.body",
        "status: { path: /mine, body: '{streams.all}' } -> status.body",
        "poll: 1 -> poll",
        "log-subjects: 1 -> log-subjects",
        "authorize: [{ ttl: PT1S }] -> authorize.0.url",
        "authorize: [{ url: \"http://{path.id}/x\" }] -> authorize.0.url",
        "authorize: [{ url: \"http://api/{path.x}\" }] -> authorize.0.url",
        "authorize: [{ url: \"http://api/{topic}\" }] -> authorize.0.url",
        "authorize: [{ url: \"http://api/{1}\" }] -> authorize.0.url",
        "authorize: [{ url: \"http://api\", topics: a }] -> authorize.0.topics",
        "colour: blue -> colour",
      })
  void aWrongValueIsNamed(String line, String key) {
    assertBlames(
        ".0." + key, refused(Profiles.entry("  - name: a", "    path: /events/{id}/live", line)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      value = {
        "ids: false -> poll: true -> poll",
        "ids: false -> start: snapshot -> start",
        "ids: false -> start: { replay: 1 } -> start",
        "ids: false -> start: { since: PT1M } -> start",
        "ids: false -> one-per: { over: supersede } -> one-per.over",
        "ids: false -> one-per: { most: 2 } -> one-per.over",
        "envelope: '[{query.a}]' -> query: { a: { split: \"\" } } -> query.a.split",
        "envelope: '[{query.a}]' -> query: { a: { split: \"ab\" } } -> query.a.split",
        "envelope: '[{query.a}]' -> query: { a: { split: a } } -> query.a.split",
        "envelope: '[{query.a}]' -> query: { a: { only: [a.b] } } -> query.a.only",
        "envelope: '[{query.a}]' -> query: { a: { default: \"*\" } } -> query.a.default",
        "envelope: '[{query.a}]' -> query: { a: { only: [b], default: c } } -> query.a.default",
        "envelope: '[{query.a|number}]' -> query: { a: { default: c } } -> query.a.default",
        "envelope: '[{query.a}]' -> query: { a: { join: c } } -> query.a.join",
        "envelope: '[{query.a}]' -> query: { b: { default: c } } -> query.b",
      })
  void valuesThatDoNotGoTogetherAreNamed(String one, String other, String key) {
    assertBlames(
        ".0." + key,
        refused(Profiles.entry("  - name: a", "    path: /events/{id}/live", one, other)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      value = {
        "- name: \"\" -> path: /a/{id} -> name",
        "- name: \"a b\" -> path: /a/{id} -> name",
        "- name: \"a.b\" -> path: /a/{id} -> name",
        "- event: type -> path: /a/{id} -> name",
        "- name: a -> event: type -> path",
        "- name: a -> path: a/{id} -> path",
        "- name: a -> path: / -> path",
        "- name: a -> path: /v1/{id} -> path",
        "- name: a -> path: \"/a/{id\" -> path",
        "- name: a -> path: /a/{x} -> topics",
      })
  void aNameAndAPathAreRequired(String name, String path, String key) {
    assertBlames(".0." + key, refused(Profiles.entry("  " + name, "    " + path)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      value = {
        "[]",
        "[\"a..b\"]",
        "[\"a.{path.id\"]",
        "[\"a.{path.x}\"]",
        "[\"{event.type}\"]",
        "[\"*{path.id}\"]",
        "[\"{query.a.b}\"]",
        "[\"a.{path.id|number}\"]",
        "[\"\"]"
      })
  void aWrongTopicIsNamed(String topics) {
    assertBlames(
        ".0.topics",
        refused(
            "relay:\n  streams:\n    - { name: a, path: \"/a/{id}\", topics: " + topics + " }\n"));
  }

  private static String two(String name, String path, String other, String otherPath) {
    return """
    relay:
      streams:
        - { name: %s, path: "%s", topics: [a] }
        - { name: %s, path: "%s", topics: [a] }
    """
        .formatted(name, path, other, otherPath);
  }

  @Test
  void twoProfilesDifferInNameAndPath() {
    assertBlames(".1.name", refused(two("a", "/a", "a", "/b")));
    assertBlames(".1.path", refused(two("a", "/a", "b", "/a")));
    assertBlames(".1.path", refused(two("a", "/a/{x}", "b", "/a/{y}")));
    assertBlames(".1.path", refused(two("a", "/a/{x}/c", "b", "/a/b/{y}")));
    assertEquals(2, Profiles.read(two("a", "/a/{x}", "b", "/a/b")).size());
    assertEquals(2, Profiles.read(two("a", "/a/{x}", "b", "/b/{x}")).size());
  }

  @Test
  void thereAreAtMostFiftyProfiles() {
    StringBuilder yaml = new StringBuilder("relay:\n  streams:\n");
    for (int i = 0; i < ProfileConfig.MAX_PROFILES; i++) {
      yaml.append("    - { name: p%d, path: /p%d, topics: [a] }\n".formatted(i, i));
    }
    assertEquals(ProfileConfig.MAX_PROFILES, Profiles.read(yaml.toString()).size());

    yaml.append("    - { name: more, path: /more, topics: [a] }\n");
    assertBlames("", refused(yaml.toString()));
  }

  @Test
  void listsAreBounded() {
    String frame = "{ data: \"1\" }";
    assertEquals(20, words(20, frame));
    assertBlames(".0.frames.gap", refused(gap(21, frame)));
    assertBlames(".0.names", refused(list("names", 201, "{ type: a, name: b }")));
    assertBlames(".0.types", refused(list("types", 51, "a")));
    assertBlames(".0.authorize", refused(list("authorize", 101, "{ url: \"http://a\" }")));
    assertBlames(".0.envelope", refused(one("envelope: '\"" + "a".repeat(4095) + "\"'")));
    assertBlames(
        ".0.heartbeat.comment", refused(one("heartbeat: { comment: " + "a".repeat(201) + " }")));
    assertBlames(".0.event", refused(one("event: " + "a".repeat(257))));
    assertBlames(
        ".0.topics",
        refused(
            "relay:\n  streams:\n    - { name: a, path: /a, topics: ["
                + "a,".repeat(51)
                + "] }\n"));
  }

  private static String one(String line) {
    return Profiles.entry("  - name: a", "    path: /events/{id}/live", line);
  }

  private static String list(String key, int count, String entry) {
    return one(key + ": [" + (entry + ",").repeat(count) + "]");
  }

  private static String gap(int count, String frame) {
    return one("frames: { gap: [" + (frame + ",").repeat(count) + "] }");
  }

  private static int words(int count, String frame) {
    return Profiles.read(gap(count, frame)).getFirst().shape().words().gap().lines().size();
  }
}
