package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The rooms of the gateway and what each of them uses, as the table of {@code DESIGN.md} has them.
 * Read from the class files, so that a use without an import counts as well.
 */
class RoomsTest {
  private static final String ROOT = "heliograph.gateway";
  private static final Path SOURCES = Path.of("src/main/java/heliograph/gateway");
  private static final int MOST_FILES = 25;
  private static final int MOST_FILES_OF_ROOT = 10;

  private static final Pattern ROW =
      Pattern.compile("^\\| `g\\.([a-z]+)` \\|[^|]*\\|([a-z, ]*)\\|$");
  private static final List<JavaClass> CLASSES =
      new ClassFileImporter()
          .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation()).stream()
              .filter(RoomsTest::isOfGateway)
              .toList();

  @Test
  void aRoomUsesOnlyThoseOfItsRow() throws IOException {
    Map<String, Set<String>> table = table();
    List<String> strangers = new ArrayList<>();
    for (JavaClass user : CLASSES) {
      Set<String> uses = table.getOrDefault(room(user), Set.of());
      for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
        JavaClass used = dependency.getTargetClass().getBaseComponentType();
        if (!room(user).isEmpty() && isOfGateway(used) && !uses.contains(room(used))) {
          strangers.add(room(user) + " -> " + room(used) + ": " + dependency.getDescription());
        }
      }
    }
    assertEquals(List.of(), strangers.stream().distinct().sorted().toList());
  }

  /** An arrow that nobody needs any more would let somebody use it without a thought. */
  @Test
  void whatARowAllowsIsUsed() throws IOException {
    Map<String, Set<String>> used = new TreeMap<>();
    table().keySet().forEach(room -> used.put(room, new TreeSet<>()));
    for (JavaClass user : CLASSES) {
      for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (!room(user).isEmpty() && isOfGateway(target) && !room(target).equals(room(user))) {
          used.get(room(user)).add(room(target));
        }
      }
    }
    Map<String, Set<String>> allowed = new TreeMap<>();
    table()
        .forEach(
            (room, uses) ->
                allowed.put(
                    room,
                    uses.stream()
                        .filter(it -> !it.equals(room))
                        .collect(Collectors.toCollection(TreeSet::new))));
    assertEquals(allowed, used);
  }

  @Test
  void noRoomIsTooFull() throws IOException {
    Set<String> rooms = new TreeSet<>();
    try (Stream<Path> directories = Files.walk(SOURCES).filter(Files::isDirectory)) {
      for (Path directory : directories.toList()) {
        String room = SOURCES.relativize(directory).toString();
        try (Stream<Path> files = Files.list(directory)) {
          long count = files.filter(file -> file.toString().endsWith(".java")).count();
          int most = room.isEmpty() ? MOST_FILES_OF_ROOT : MOST_FILES;
          assertTrue(count <= most, room + " has " + count + " files");
        }
        if (!room.isEmpty()) {
          rooms.add(room);
        }
      }
    }
    assertEquals(table().keySet(), rooms);
  }

  /** The table of the page: a room, what it is for, and the rooms it uses; each uses itself. */
  private static Map<String, Set<String>> table() throws IOException {
    Map<String, Set<String>> table = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("DESIGN.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        Set<String> uses = new TreeSet<>(Set.of(row.group(1)));
        Arrays.stream(row.group(2).split(","))
            .map(String::strip)
            .filter(it -> !it.isEmpty())
            .forEach(uses::add);
        table.put(row.group(1), uses);
      }
    }
    return table;
  }

  private static boolean isOfGateway(JavaClass type) {
    return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
  }

  /** The room of a class; empty for the root, which joins all of them. */
  private static String room(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }
}
