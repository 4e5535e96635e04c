package heliograph.gateway.settings;

import heliograph.gateway.crypto.Sha256;
import heliograph.gateway.settings.Settings.Asked;
import io.helidon.config.Config;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The configuration that a relay runs with: each key, its value, and where that comes from. Of a
 * secret nothing is kept but the beginning of a hash, by which an operator can tell two of them
 * apart. Any thread.
 *
 * @param items the keys, in their order
 */
public record InForce(List<Item> items) {
  /** How many characters are told of the hash of a secret. */
  static final int TOLD_OF_SECRET = 8;

  /** How many characters are told of the hash of the whole. */
  static final int TOLD_OF_ALL = 16;

  private static final String STAR = "*";
  private static final Pattern INDEX = Pattern.compile("[0-9]+");
  private static final Pattern SECRET =
      Pattern.compile(
          "(.*[-_])?(secret|secrets|token|tokens|password|passphrase|credential|content)");
  // What an address has for its server alone: a name with a password, and a query.
  private static final Pattern USER = Pattern.compile("(?<=://)[^/@\\s]*@");
  private static final Pattern QUERY = Pattern.compile("(?<=://)([^?\\s]*)\\?.*");

  /** Copies the items. */
  public InForce {
    items = List.copyOf(items);
  }

  /** Where a value comes from. */
  public enum Origin {
    /** It is written nowhere. */
    DEFAULT,
    /** The file of the configuration. */
    FILE,
    /** An environment variable. */
    ENVIRONMENT,
    /** A system property. */
    SYSTEM
  }

  /** A key with the value that it has, or what may be told of it. */
  public record Item(String key, String value, Origin origin) {}

  /**
   * Looks at a configuration.
   *
   * @param merged every source, the environment included
   * @param written the file and the system properties
   * @param asked what keys there are, by patterns with {@code *} for what the operator numbers or
   *     names
   */
  public static InForce of(Config merged, Config written, Map<String, Asked> asked) {
    TreeMap<String, Item> items = new TreeMap<>();
    for (String root : List.of("relay", "server")) {
      merged
          .get(root)
          .traverse()
          .filter(Config::hasValue)
          .forEach(
              leaf -> {
                String key = leaf.key().toString();
                String value = leaf.asString().get();
                items.put(key, new Item(key, told(key, value), origin(key, value, written)));
              });
    }
    asked.forEach(
        (pattern, what) -> {
          for (String key : keys(merged, pattern)) {
            boolean left = items.tailMap(key).keySet().stream().noneMatch(it -> isAtOrIn(it, key));
            if (left) {
              items.put(key, new Item(key, what.fallback(), Origin.DEFAULT));
            }
          }
        });
    return new InForce(new ArrayList<>(items.values()));
  }

  /**
   * This, with the items of another where that is what a running relay has still.
   *
   * @param started what it was started with
   * @param held whether a key is one of those whose values stay
   */
  public InForce keeping(InForce started, Predicate<String> held) {
    return new InForce(
        Stream.concat(
                items.stream().filter(it -> !held.test(it.key())),
                started.items.stream().filter(it -> held.test(it.key())))
            .sorted(Comparator.comparing(Item::key))
            .toList());
  }

  private static boolean isAtOrIn(String key, String other) {
    return key.equals(other) || key.startsWith(other + ".");
  }

  private static Origin origin(String key, String value, Config written) {
    if (System.getProperty(key) != null) {
      return Origin.SYSTEM;
    }
    boolean asWritten = written.get(key).asString().asOptional().filter(value::equals).isPresent();
    return asWritten ? Origin.FILE : Origin.ENVIRONMENT;
  }

  /** The keys that a pattern stands for in a configuration: one for each entry of its lists. */
  private static List<String> keys(Config merged, String pattern) {
    List<String> keys = List.of("");
    for (String part : pattern.split("\\.", -1)) {
      List<String> longer = new ArrayList<>();
      for (String key : keys) {
        if (part.equals(STAR)) {
          merged
              .get(key)
              .asNodeList()
              .ifPresent(entries -> entries.forEach(it -> longer.add(it.key().toString())));
        } else {
          longer.add(key.isEmpty() ? part : key + "." + part);
        }
      }
      keys = longer;
    }
    return keys;
  }

  /** A value, or what may be told of it. */
  private static String told(String key, String value) {
    if (isSecret(key)) {
      return "set, sha256 " + Sha256.hex(Sha256.of(value)).substring(0, TOLD_OF_SECRET);
    }
    String withoutUser = USER.matcher(value).replaceAll("***@");
    return QUERY.matcher(withoutUser).replaceAll("$1?***");
  }

  /** Whether the value of a key is a secret, by what the key is called. */
  static boolean isSecret(String key) {
    String[] parts = key.split("\\.", -1);
    int last = parts.length - 1;
    while (last > 0 && INDEX.matcher(parts[last]).matches()) {
      last--;
    }
    return SECRET.matcher(parts[last]).matches();
  }

  /** The beginning of a hash of the whole, which tells one configuration from another. */
  public String hash() {
    StringBuilder all = new StringBuilder();
    for (Item item : items) {
      all.append(item.key()).append('=').append(item.value()).append('\n');
    }
    return Sha256.hex(Sha256.of(all.toString())).substring(0, TOLD_OF_ALL);
  }
}
