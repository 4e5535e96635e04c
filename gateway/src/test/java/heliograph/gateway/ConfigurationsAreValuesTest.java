package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import heliograph.gateway.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two configurations can be compared, section by section, and none of them prints a secret. */
class ConfigurationsAreValuesTest {
  private static final String HEX_IN_FILE = "00112233445566778899aabbccddeeff".repeat(2);

  private static final Set<String> SECRET =
      Set.of(
          "relay.authorize.*.token",
          "relay.identity.issuers.*.secrets",
          "relay.identity.tickets.secret",
          "relay.masking.secret",
          "relay.publishers.*.challenge.token.secrets",
          "relay.publishers.*.secrets",
          "relay.streams.*.authorize.*.token");
  private static final String DIRECTORY = "relay.identity.revocations.directory";

  /**
   * A key of the example.
   *
   * @param sections those it is read into
   * @param others what else it may be; none if nothing else goes with the rest of the example
   */
  private record Row(String key, String value, List<String> others, Set<String> sections) {
    /** As the relay knows the key, with a star in the place of an index and of a parameter. */
    String pattern() {
      return key.replaceAll("\\.[0-9]+(?=\\.)", ".*")
          .replaceAll("\\.query\\.[a-z]+\\.", ".query.*.");
    }
  }

  @TempDir Path folder;
  private final List<Row> rows = new ArrayList<>();
  private final Map<String, String> example = new TreeMap<>();

  @BeforeEach
  void readTheExample() throws IOException {
    // In hexadecimal, as one of the keys may say of all secrets.
    for (String file : List.of("one", "two")) {
      Files.writeString(folder.resolve(file), HEX_IN_FILE);
    }
    Set<String> sections = Set.of();
    for (String line : lines()) {
      if (line.startsWith("[")) {
        sections = Set.of(line.substring(1, line.length() - 1).split(" ", -1));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        List<String> cells =
            List.of(line.replace("FOLDER", folder.toString()).split("\\|", -1)).stream()
                .map(String::strip)
                .toList();
        rows.add(new Row(cells.get(0), cells.get(1), cells.subList(2, cells.size()), sections));
      }
    }
    rows.forEach(row -> example.put(row.key(), row.value()));
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = ConfigurationsAreValuesTest.class.getResourceAsStream("every-key.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .toList();
    }
  }

  /** Every section by its name. */
  private static Map<String, Object> sections(GatewayConfig config) {
    Map<String, Object> sections = new LinkedHashMap<>();
    for (RecordComponent component : GatewayConfig.class.getRecordComponents()) {
      try {
        sections.put(component.getName(), component.getAccessor().invoke(config));
      } catch (ReflectiveOperationException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
    return sections;
  }

  /** The sections in which the second differs from the first. */
  private static Set<String> unequal(GatewayConfig first, GatewayConfig second) {
    Map<String, Object> other = sections(second);
    Set<String> unequal = new TreeSet<>();
    sections(first)
        .forEach(
            (name, section) -> {
              if (!section.equals(other.get(name))) {
                unequal.add(name);
              } else {
                assertEquals(section.hashCode(), Objects.hashCode(other.get(name)), name);
              }
            });
    return unequal;
  }

  private Map<String, String> exampleWith(String key, String value) {
    Map<String, String> changed = new TreeMap<>(example);
    changed.put(key, value);
    return changed;
  }

  @Test
  void whatIsReadTwiceIsEqual() {
    GatewayConfig once = Configurations.read(example);
    GatewayConfig again = Configurations.read(example);

    assertEquals(Set.of(), unequal(once, again));
    assertEquals(once, again);
  }

  @Test
  void anotherValueMakesItsOwnSectionUnequal() {
    GatewayConfig first = Configurations.read(example);
    Map<String, Set<String>> expected = new TreeMap<>();
    Map<String, Set<String>> found = new TreeMap<>();
    for (Row row : rows) {
      for (String other : row.others()) {
        expected.put(row.key(), new TreeSet<>(row.sections()));
        found.put(row.key(), unequal(first, Configurations.read(exampleWith(row.key(), other))));
      }
    }

    assertEquals(expected, found);
  }

  @Test
  void theExampleHasAnotherValueForEveryKey() {
    Settings relay = Settings.of(Configurations.config(example).get("relay"));
    GatewayConfig.read(relay);
    Set<String> altered = new TreeSet<>(Set.of(DIRECTORY));
    rows.stream().filter(row -> !row.others().isEmpty()).map(Row::pattern).forEach(altered::add);

    assertEquals(altered, new TreeSet<>(relay.knownKeys()));
  }

  /** Where revocations are kept is said only beside a log in memory. */
  @Test
  void theDirectoryOfRevocationsIsOneOfThem() {
    Map<String, String> settings = exampleWith("relay.log.durability", "memory");
    settings.put(DIRECTORY, "one");
    GatewayConfig first = Configurations.read(settings);
    settings.put(DIRECTORY, "other");

    assertEquals(Set.of("revocations"), unequal(first, Configurations.read(settings)));
  }

  @Test
  void aSchemaInAFileIsTheTextThatTheFileHad() throws IOException {
    Path file = Files.writeString(folder.resolve("schema"), "{\"type\":\"object\"}");
    Map<String, String> settings = exampleWith("relay.types.0.schema", file.toString());
    GatewayConfig first = Configurations.read(settings);
    assertEquals(Set.of(), unequal(Configurations.read(example), first));
    Files.writeString(file, "{\"type\":\"array\"}");

    assertEquals(Set.of("types"), unequal(first, Configurations.read(settings)));
  }

  /**
   * They are read again while the relay runs, so what they hold is no part of the configuration.
   */
  @Test
  void secretsInAFileAreKnownByTheFile() throws IOException {
    GatewayConfig first = Configurations.read(example);
    Files.writeString(folder.resolve("one"), HEX_IN_FILE.replace('0', '1'));

    assertEquals(Set.of(), unequal(first, Configurations.read(example)));
  }

  @Test
  void noSectionPrintsASecret() {
    Set<String> secrets = new HashSet<>(Set.of(HEX_IN_FILE));
    for (Row row : rows) {
      if (SECRET.contains(row.pattern())) {
        secrets.add(row.value());
      }
    }
    assertEquals(12, secrets.size());

    sections(Configurations.read(example))
        .forEach(
            (name, section) -> {
              for (String secret : secrets) {
                assertFalse(section.toString().contains(secret), () -> name + " prints " + secret);
              }
            });
  }
}
