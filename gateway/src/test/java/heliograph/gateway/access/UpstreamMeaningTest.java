package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What each status means is what operators read. */
class UpstreamMeaningTest {
  private static final Pattern ROW =
      Pattern.compile("\\| ([0-9x, ]+|another 4xx) \\| ([^|]+) \\| ([^|]+) \\| (yes|no) \\|");

  private static final Map<String, UpstreamMeaning> WORDS =
      Map.of(
          "allowed", UpstreamMeaning.ALLOWED,
          "denied", UpstreamMeaning.DENIED,
          "no such question", UpstreamMeaning.UNANSWERABLE,
          "not now", UpstreamMeaning.LATER,
          "no answer", UpstreamMeaning.UNUSABLE,
          "ill", UpstreamMeaning.ILL);

  @Test
  void theTableOfTheOperatorsReferenceIsTheCodes() throws Exception {
    Map<Integer, UpstreamMeaning> sessions = new TreeMap<>();
    Map<Integer, UpstreamMeaning> topics = new TreeMap<>();
    String page = Files.readString(Path.of("../deploy/CONFIGURATION.md"));
    Matcher rows = ROW.matcher(page);
    while (rows.find()) {
      boolean counts = rows.group(4).equals("yes");
      for (int status : statuses(rows.group(1))) {
        for (Map<Integer, UpstreamMeaning> of : List.of(sessions, topics)) {
          String word = rows.group(of == sessions ? 2 : 3).replaceAll("[:;].*", "").strip();
          assertTrue(WORDS.containsKey(word), word);
          of.putIfAbsent(status, WORDS.get(word));
          assertEquals(counts, of.get(status) == UpstreamMeaning.ILL, "status " + status);
        }
      }
    }
    assertEquals(table(UpstreamMeaning::ofSession), sessions);
    assertEquals(table(UpstreamMeaning::ofTopic), topics);
  }

  private static Map<Integer, UpstreamMeaning> table(IntFunction<UpstreamMeaning> meaning) {
    Map<Integer, UpstreamMeaning> all = new TreeMap<>();
    for (int status = 200; status < 600; status++) {
      all.put(status, meaning.apply(status));
    }
    return all;
  }

  /** Of several rows that name a status, the first counts. */
  private static List<Integer> statuses(String cell) {
    List<Integer> statuses = new ArrayList<>();
    for (String each : cell.replace("another 4xx", "4xx").split(", ", -1)) {
      String word = each.strip();
      if (word.endsWith("xx")) {
        int hundred = Integer.parseInt(word.substring(0, 1)) * 100;
        for (int status = hundred; status < hundred + 100; status++) {
          statuses.add(status);
        }
      } else {
        statuses.add(Integer.parseInt(word));
      }
    }
    return statuses;
  }
}
