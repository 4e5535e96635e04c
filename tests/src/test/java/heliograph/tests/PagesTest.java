package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages of the repository: what they link to is there, and those on design stay short. */
class PagesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** What is made, fetched or not ours. */
  private static final Set<String> SKIPPED = Set.of(".git", "node_modules", "target", "data");

  private static final Pattern FENCED = Pattern.compile("(?ms)^ *```.*?^ *```\\h*$");
  private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
  private static final Pattern LINK = Pattern.compile("\\]\\(\\s*([^()\\s]+)\\s*\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
  private static final Pattern LINK_TEXT = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)");
  private static final Pattern ABSOLUTE = Pattern.compile("^[a-z][a-z0-9+.-]*:.*");

  // Beside letters and digits of any language, hyphens, underscores and spaces stay.
  private static final Pattern NOT_IN_ANCHORS = Pattern.compile("[^\\p{L}\\p{N}_ -]");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Map<Path, String> pages = pages();
    assertTrue(pages.size() > 10, () -> "pages were not found: " + pages.keySet());
    Map<Path, Set<String>> anchors = new HashMap<>();
    pages.forEach((page, text) -> anchors.put(page, anchors(text)));
    List<String> broken = new ArrayList<>();
    pages.forEach(
        (page, text) -> {
          for (String link : links(text)) {
            if (!leads(page, link, anchors)) {
              broken.add(ROOT.relativize(page) + ": " + link);
            }
          }
        });
    assertEquals(List.of(), broken);
  }

  @ParameterizedTest
  @CsvSource({
    "relay-core/DESIGN.md, 330",
    "gateway/DESIGN.md, 200",
    "gateway/log-disk/DESIGN.md, 200",
  })
  void aPageOnDesignIsShort(String page, int most) throws IOException {
    int lines = Files.readAllLines(ROOT.resolve(page)).size();
    assertTrue(lines <= most, () -> page + " has " + lines + " lines, " + most + " at most");
  }

  @Test
  void anchorsAreMadeAsTheirReadersMakeThem() {
    Set<String> anchors =
        anchors(
            """
            # Who would get an event, and why not
            ## `relay.log`: *what* it [keeps](#x)
            ## Twice
            ## Twice
            ```
            # not a heading
            ```
            """);
    assertEquals(
        Set.of("who-would-get-an-event-and-why-not", "relaylog-what-it-keeps", "twice", "twice-1"),
        anchors);
  }

  @Test
  void linksAreFoundOutsideOfCodeAlone() {
    List<String> links =
        links(
            """
            [one](a.md), [a text over two
            lines](b.md#c) and `[code](no.md)`; [`Code`](d.md).
            ```
            [fenced](no.md)
            ```
            """);
    assertEquals(List.of("a.md", "b.md#c", "d.md"), links);
  }

  private static boolean leads(Path from, String link, Map<Path, Set<String>> anchors) {
    if (ABSOLUTE.matcher(link).matches()) {
      return true;
    }
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path to = file.isEmpty() ? from : from.resolveSibling(file).normalize();
    if (!to.startsWith(ROOT) || !Files.exists(to)) {
      return false;
    }
    return hash < 0 || anchors.getOrDefault(to, Set.of()).contains(link.substring(hash + 1));
  }

  private static List<String> links(String text) {
    String prose = CODE.matcher(FENCED.matcher(text).replaceAll("")).replaceAll("");
    return LINK.matcher(prose).results().map(found -> found.group(1)).toList();
  }

  /** The anchors that GitHub gives to headings. */
  private static Set<String> anchors(String text) {
    Set<String> anchors = new TreeSet<>();
    Map<String, Integer> seen = new HashMap<>();
    String prose = FENCED.matcher(text).replaceAll("");
    for (MatchResult found : HEADING.matcher(prose).results().toList()) {
      String shown = LINK_TEXT.matcher(found.group(1)).replaceAll("$1").replace("*", "");
      String anchor =
          NOT_IN_ANCHORS
              .matcher(shown.toLowerCase(Locale.ROOT))
              .replaceAll("")
              .strip()
              .replace(' ', '-');
      int before = seen.merge(anchor, 1, Integer::sum) - 1;
      anchors.add(before == 0 ? anchor : anchor + "-" + before);
    }
    return anchors;
  }

  private static Map<Path, String> pages() throws IOException {
    Map<Path, String> pages = new TreeMap<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return SKIPPED.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (file.getFileName().toString().endsWith(".md")) {
              pages.put(file, Files.readString(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return pages;
  }
}
