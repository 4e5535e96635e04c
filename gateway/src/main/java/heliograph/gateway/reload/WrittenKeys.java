package heliograph.gateway.reload;

import heliograph.gateway.reload.Change.Kind;
import io.helidon.config.Config;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What is written in a configuration, key by key, to be compared with what was written before.
 * Entries of lists are known by their names, so that one that is put before the others changes none
 * of them. It is never printed, since values may be secrets. Immutable; any thread.
 */
public final class WrittenKeys {
  /** The sections that the relay reads. */
  private static final List<String> SECTIONS = List.of("relay", "server");

  /** The lists whose entries have names, each with the keys that may have the name. */
  private static final Map<String, List<String>> LISTS =
      Map.of(
          "relay.publishers", List.of("name"),
          "relay.identity.issuers", List.of("name", "issuer"),
          "relay.streams", List.of("name"),
          "relay.types", List.of("type"),
          "relay.authorize", List.of("topics"));

  /** What holds only from a start on, with all keys below it. */
  private static final List<String> RESTART =
      List.of(
          "server",
          "relay.admin",
          "relay.demo",
          "relay.identity.revocations",
          "relay.log",
          "relay.logging",
          "relay.limits.body-bytes",
          "relay.limits.event-bytes",
          "relay.limits.head-timeout",
          "relay.limits.keep-alive-timeout",
          "relay.limits.reading-bytes",
          "relay.limits.reading-bytes-per-tenant",
          "relay.limits.request-timeout",
          "relay.limits.revocations",
          "relay.limits.revocations-per-subject",
          "relay.limits.revocations-per-tenant",
          "relay.limits.waiting-bytes",
          "relay.limits.waiting-bytes-per-tenant",
          "relay.tracing");

  private static final Pattern LAST_INDEX = Pattern.compile("\\.[0-9]+$");

  private final NavigableMap<String, String> values;
  private final Map<String, SequencedMap<String, Map<String, String>>> lists;

  private WrittenKeys(
      NavigableMap<String, String> values,
      Map<String, SequencedMap<String, Map<String, String>>> lists) {
    this.values = values;
    this.lists = lists;
  }

  /** Whether a key holds only from a start on. */
  public static boolean needsRestart(String key) {
    return RESTART.stream().anyMatch(it -> key.equals(it) || key.startsWith(it + "."));
  }

  /** Takes what is written, with all that overrides it. */
  public static WrittenKeys of(Config root) {
    NavigableMap<String, String> values = new TreeMap<>();
    Map<String, SequencedMap<String, Map<String, String>>> lists = new TreeMap<>();
    for (String section : SECTIONS) {
      leaves(root.get(section)).forEach(values::put);
    }
    for (Map.Entry<String, List<String>> list : LISTS.entrySet()) {
      values.keySet().removeIf(key -> key.startsWith(list.getKey() + "."));
      lists.put(list.getKey(), entries(root.get(list.getKey()), list.getValue()));
    }
    return new WrittenKeys(values, lists);
  }

  private static SequencedMap<String, Map<String, String>> entries(Config list, List<String> keys) {
    SequencedMap<String, Map<String, String>> entries = new LinkedHashMap<>();
    for (Config entry : list.asNodeList().orElse(List.of())) {
      String name =
          keys.stream()
              .flatMap(key -> entry.get(key).asString().asOptional().stream())
              .findFirst()
              .orElse("");
      // Two rules may be for the same topics.
      String unique = name;
      for (int i = 2; entries.containsKey(unique); i++) {
        unique = name + " #" + i;
      }
      int prefix = entry.key().toString().length() + 1;
      Map<String, String> leaves = new TreeMap<>();
      leaves(entry).forEach((key, value) -> leaves.put(key.substring(prefix), value));
      entries.put(unique, leaves);
    }
    return entries;
  }

  private static Map<String, String> leaves(Config node) {
    Map<String, String> leaves = new TreeMap<>();
    node.traverse()
        .filter(Config::isLeaf)
        .forEach(leaf -> leaves.put(leaf.key().toString(), leaf.asString().orElse("")));
    if (node.isLeaf()) {
      leaves.put(node.key().toString(), node.asString().orElse(""));
    }
    return leaves;
  }

  /** This, with the values of another where a key holds only from a start on. */
  public WrittenKeys keeping(WrittenKeys started) {
    NavigableMap<String, String> held = new TreeMap<>(values);
    held.keySet().removeIf(WrittenKeys::needsRestart);
    started.values.forEach(
        (key, value) -> {
          if (needsRestart(key)) {
            held.put(key, value);
          }
        });
    return new WrittenKeys(held, lists);
  }

  /** What changes where another takes the place of this: lists first, then the other keys. */
  public List<Change> changesTo(WrittenKeys next) {
    List<Change> changes = new ArrayList<>();
    for (String list : lists.keySet()) {
      changes.addAll(changes(list, entries(list), next.entries(list)));
    }
    Set<String> told = new TreeSet<>();
    Set<String> all = new TreeSet<>(values.keySet());
    all.addAll(next.values.keySet());
    for (String key : all) {
      kind(values.get(key) != null, next.values.get(key) != null)
          .filter(_ -> !Objects.equals(values.get(key), next.values.get(key)))
          .ifPresent(
              kind -> {
                // The entries of a list of texts are one key.
                String name = LAST_INDEX.matcher(key).replaceAll("");
                boolean part = !name.equals(key);
                if (told.add(name)) {
                  changes.add(
                      new Change(
                          name, Optional.empty(), part ? Kind.CHANGED : kind, needsRestart(name)));
                }
              });
    }
    return changes;
  }

  private SequencedMap<String, Map<String, String>> entries(String list) {
    return lists.getOrDefault(list, new LinkedHashMap<>());
  }

  private static List<Change> changes(
      String list,
      SequencedMap<String, Map<String, String>> before,
      SequencedMap<String, Map<String, String>> after) {
    List<Change> changes = new ArrayList<>();
    Set<String> all = new TreeSet<>(before.keySet());
    all.addAll(after.keySet());
    for (String name : all) {
      Map<String, String> one = before.get(name);
      Map<String, String> other = after.get(name);
      if (!Objects.equals(one, other)) {
        kind(one != null, other != null)
            .ifPresent(kind -> changes.add(new Change(list, Optional.of(name), kind, false)));
      }
    }
    List<String> stayed = before.keySet().stream().filter(after::containsKey).toList();
    if (!stayed.equals(after.keySet().stream().filter(before::containsKey).toList())) {
      changes.add(new Change(list, Optional.empty(), Kind.CHANGED, false));
    }
    return changes;
  }

  private static Optional<Kind> kind(boolean before, boolean after) {
    if (before && after) {
      return Optional.of(Kind.CHANGED);
    }
    return before ? Optional.of(Kind.REMOVED) : Optional.of(Kind.ADDED).filter(_ -> after);
  }
}
