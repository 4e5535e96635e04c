package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the tables of keys in {@code deploy/CONFIGURATION.md}. */
final class ConfigurationPage {
  private static final Pattern HEADING = Pattern.compile("## (relay(?:\\.[a-z-]+)+)");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  // The lists whose entries have a section of their own.
  private static final Set<String> LISTS =
      Set.of("relay.publishers", "relay.authorize", "relay.streams", "relay.types");

  private ConfigurationPage() {}

  // What a key is marked with that holds only from a start on.
  private static final String RESTART = "†";

  /**
   * What the page says of a key; a column that its table does not have is empty.
   *
   * @param restart whether the key is marked as one that holds only from a start on
   */
  record Row(String type, String fallback, String least, String most, boolean restart) {}

  /** The rows of all tables of keys, by the key as the code names it. */
  static Map<String, Row> rows() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    String section = "";
    List<String> columns = List.of();
    for (String line : Files.readAllLines(Path.of("../deploy/CONFIGURATION.md"))) {
      Matcher heading = HEADING.matcher(line);
      if (line.startsWith("## ")) {
        section = heading.matches() ? heading.group(1) : "";
      }
      if (!line.startsWith("|")) {
        columns = List.of();
        continue;
      }
      List<String> cells = cells(line);
      if (columns.isEmpty()) {
        columns = cells;
      } else if (columns.getFirst().equals("key") && !line.startsWith("|-")) {
        assertEquals(columns.size(), cells.size(), line);
        boolean restart = cells.getFirst().endsWith(RESTART);
        String name = cells.getFirst().replace(RESTART, "").replace("`", "").strip();
        String key = key(section, name);
        Row row =
            new Row(
                type(cell(columns, cells, "type")),
                cell(columns, cells, "default"),
                cell(columns, cells, "least"),
                cell(columns, cells, "most"),
                restart);
        assertNull(rows.put(key, row), () -> key + " stands there twice");
      }
    }
    return rows;
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>(List.of(line.split("\\|", -1)));
    cells.removeFirst();
    cells.removeLast();
    return cells.stream().map(String::strip).toList();
  }

  private static String cell(List<String> columns, List<String> cells, String column) {
    int index = columns.indexOf(column);
    return index < 0 ? "" : cells.get(index);
  }

  private static String key(String section, String row) {
    if (row.startsWith("relay.")) {
      return row;
    }
    assertFalse(section.isEmpty(), () -> row + " is of no section");
    return section + (LISTS.contains(section) ? ".*." : ".") + row.replace("[]", ".*");
  }

  /** Words in code are all that are allowed. */
  private static String type(String cell) {
    return cell.startsWith("`")
        ? CODE.matcher(cell)
            .results()
            .map(MatchResult::group)
            .map(word -> word.replaceAll("[`\"]", ""))
            .collect(Collectors.joining(", "))
        : cell;
  }
}
