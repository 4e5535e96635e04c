package heliograph.gateway.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import heliograph.contract.Audience;
import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.Event;
import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.intake.EventReader.Reading;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.types.TypesConfig;
import io.helidon.http.WritableHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bodies that a publisher sends become the frames that a subscriber gets, byte for byte. */
class FixturesTest {
  private static final Path FIXTURES = Path.of("..", "contract", "fixtures");
  private static final Cursor CURSOR = new Cursor("fixture", 1);
  private static final int MAX_EVENT = 64 * 1024;

  static List<String> names() throws IOException {
    try (Stream<Path> found = Files.list(FIXTURES.resolve("events"))) {
      return found
          .map(file -> file.getFileName().toString().replace(".json", ""))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aBodyBecomesItsFrames(String name) throws IOException {
    Event event = read(name);

    assertEquals(frame(name + ".sse"), text(event, StandardDialect.PLAIN));
    assertEquals(frame(name + ".cloudevents.sse"), text(event, StandardDialect.CLOUDEVENTS));
    // What no frame shows.
    Audience audience =
        name.equals("audience")
            ? new Audience.Members(Set.of("hr", "board"), Set.of("u-7"))
            : new Audience.Everyone();
    assertEquals(audience, event.audience());
  }

  private static Event read(String name) throws IOException {
    Publisher anything =
        new Publisher(
            "backend", true, Set.of(), List.of(TopicPattern.ALL), List.of(new TypePattern("*")));
    byte[] body = Files.readAllBytes(FIXTURES.resolve("events", name + ".json"));
    EventReader.Contents contents =
        new EventReader(
                new EventRules(MAX_EVENT, TypeRules.of(TypesConfig.NONE), InstantSource.system()),
                1)
            .read(
                BodyForm.PLAIN,
                body,
                new Sender(anything, WritableHeaders.create(), Optional.empty(), ""));
    return assertInstanceOf(Reading.Fit.class, contents.readings().getFirst()).event();
  }

  private static String frame(String file) throws IOException {
    return Files.readString(FIXTURES.resolve("frames", file));
  }

  private static String text(Event event, Dialect dialect) {
    return new String(dialect.event(CURSOR, event).bytes(), StandardCharsets.UTF_8);
  }
}
