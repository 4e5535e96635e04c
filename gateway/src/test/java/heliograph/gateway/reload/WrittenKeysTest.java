package heliograph.gateway.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What has changed is told by keys and by the names of entries, and never by values. */
class WrittenKeysTest {
  private static final Map<String, String> USUAL =
      Map.of(
          "relay.publishers.0.name", "orders",
          "relay.publishers.0.secrets.0", "s1",
          "relay.publishers.1.name", "bills",
          "relay.cors.origins.0", "https://a.example",
          "relay.limits.streams", "10",
          "relay.log.durability", "memory",
          "server.port", "8080");

  private static WrittenKeys keys(Map<String, String> written) {
    return WrittenKeys.of(
        Config.builder(ConfigSources.create(written))
            .disableEnvironmentVariablesSource()
            .disableSystemPropertiesSource()
            .build());
  }

  private static List<String> changes(String... changed) {
    Map<String, String> next = new TreeMap<>(USUAL);
    for (int i = 0; i < changed.length; i += 2) {
      if (changed[i + 1].isEmpty()) {
        next.remove(changed[i]);
      } else {
        next.put(changed[i], changed[i + 1]);
      }
    }
    return told(keys(USUAL).changesTo(keys(next)));
  }

  private static List<String> told(List<Change> changes) {
    return changes.stream()
        .map(it -> it + " " + it.kind() + (it.restart() ? " restart" : ""))
        .toList();
  }

  @Test
  void nothingIsToldOfWhatIsTheSame() {
    assertEquals(List.of(), changes());
  }

  @Test
  void aSingleKeyIsToldByItsName() {
    assertEquals(List.of("relay.limits.streams CHANGED"), changes("relay.limits.streams", "11"));
    assertEquals(List.of("relay.limits.streams REMOVED"), changes("relay.limits.streams", ""));
    assertEquals(List.of("relay.demo ADDED restart"), changes("relay.demo", "true"));
  }

  @Test
  void aListOfTextsIsOneKey() {
    assertEquals(
        List.of("relay.cors.origins CHANGED"),
        changes("relay.cors.origins.0", "https://b", "relay.cors.origins.1", "https://c"));
  }

  @Test
  void anEntryIsKnownByItsNameWhereverItStands() {
    assertEquals(
        List.of("relay.publishers[grid] ADDED"),
        changes(
            "relay.publishers.0.name", "grid",
            "relay.publishers.0.secrets.0", "",
            "relay.publishers.1.name", "orders",
            "relay.publishers.1.secrets.0", "s1",
            "relay.publishers.2.name", "bills"));
    assertEquals(
        List.of("relay.publishers[orders] CHANGED"), changes("relay.publishers.0.secrets.0", "s2"));
    assertEquals(
        List.of("relay.publishers[bills] REMOVED"), changes("relay.publishers.1.name", ""));
  }

  @Test
  void anotherOrderIsToldOfTheList() {
    assertEquals(
        List.of("relay.publishers CHANGED"),
        changes(
            "relay.publishers.0.name", "bills",
            "relay.publishers.0.secrets.0", "",
            "relay.publishers.1.name", "orders",
            "relay.publishers.1.secrets.0", "s1"));
  }

  @Test
  void whatNeedsARestartIsToldUntilItIsWrittenAsItWas() {
    Map<String, String> next = new TreeMap<>(USUAL);
    next.put("server.port", "9090");
    next.put("relay.limits.streams", "11");
    WrittenKeys written = keys(USUAL);
    assertEquals(
        List.of("relay.limits.streams CHANGED", "server.port CHANGED restart"),
        told(written.changesTo(keys(next))));

    WrittenKeys held = keys(next).keeping(written);

    assertEquals(List.of("server.port CHANGED restart"), told(held.changesTo(keys(next))));
    next.put("server.port", "8080");
    assertEquals(List.of(), told(held.changesTo(keys(next))));
  }
}
