package heliograph.gateway.settings;

import heliograph.gateway.settings.Settings.Asked;
import io.helidon.config.Config;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The keys that were asked for, so that all others can be refused. A key is known by its pattern,
 * which has a star for the index of a list, and for a name that the operator chooses. One thread.
 */
final class KnownKeys {
  private static final Pattern INDEX = Pattern.compile("\\.[0-9]+(?=\\.|$)");
  private static final String STAR = "*";

  private final Map<String, Asked> asked = new TreeMap<>();
  // These hold further keys: sections and lists, including empty ones, whose keys nothing asks for.
  private final Set<String> holders = new TreeSet<>();
  private final Map<String, Names> named = new TreeMap<>();

  /**
   * How the names below a key are shown in patterns.
   *
   * @param names the names that it is about
   * @param star whether a star stands for them; otherwise they are left out
   */
  private record Names(Pattern names, boolean star) {}

  void hold(String key) {
    holders.add(pattern(key));
  }

  /** Has a star stand for names below a key that the operator chooses. */
  void starred(String key, Pattern names) {
    named.put(pattern(key), new Names(names, true));
  }

  /** Leaves names below a key out: what stands below them means the same without them. */
  void leftOut(String key, Pattern names) {
    named.put(pattern(key), new Names(names, false));
  }

  // A key may be asked for again without its fallback, to see whether it is written; the fallback
  // stays.
  void ask(String key, Asked what) {
    asked.merge(pattern(key), what, (before, now) -> now.fallback().isEmpty() ? before : now);
  }

  Map<String, Asked> asked() {
    return Map.copyOf(asked);
  }

  /** Refuses keys that nobody asked for. */
  void refuseUnknown(Config written) {
    written
        .traverse()
        .filter(Config::isLeaf)
        .map(leaf -> leaf.key().toString())
        .filter(key -> !asked.containsKey(pattern(key)))
        .findFirst()
        .ifPresent(
            key -> {
              throw new BadConfiguration(key, "unknown key; known here: " + siblings(key));
            });
  }

  private String siblings(String key) {
    String parent = pattern(key);
    while (true) {
      int dot = parent.lastIndexOf('.');
      if (dot < 0) {
        return String.join(", ", asked.keySet());
      }
      parent = parent.substring(0, dot);
      String prefix = parent + ".";
      List<String> names =
          Stream.concat(asked.keySet().stream(), holders.stream())
              .filter(name -> name.startsWith(prefix))
              .map(name -> name.substring(prefix.length()).split("\\.", 2)[0])
              .distinct()
              .sorted()
              .toList();
      if (!names.isEmpty()) {
        return String.join(", ", names);
      }
    }
  }

  // The last index in a list of texts stands for the list itself, so it is left out.
  private String pattern(String key) {
    String starred = INDEX.matcher(key).replaceAll("." + STAR);
    for (Map.Entry<String, Names> entry : named.entrySet()) {
      starred = shown(starred, entry.getKey() + ".", entry.getValue());
    }
    return starred.endsWith("." + STAR) ? starred.substring(0, starred.length() - 2) : starred;
  }

  private static String shown(String key, String prefix, Names names) {
    if (!key.startsWith(prefix)) {
      return key;
    }
    int end = key.indexOf('.', prefix.length());
    String name = key.substring(prefix.length(), end < 0 ? key.length() : end);
    if (!names.names().matcher(name).matches()) {
      return key;
    }
    String rest = end < 0 ? "" : key.substring(end);
    return names.star() ? prefix + STAR + rest : prefix.substring(0, prefix.length() - 1) + rest;
  }
}
