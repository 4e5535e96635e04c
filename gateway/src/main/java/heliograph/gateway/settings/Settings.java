package heliograph.gateway.settings;

import heliograph.contract.RelayException;
import io.helidon.config.Config;
import io.helidon.config.ConfigValue;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One node of the configuration, read strictly: every value is checked against what is allowed, and
 * every key that is asked for becomes known, so that the rest can be refused. One thread.
 */
public final class Settings {
  private static final Pattern BYTES = Pattern.compile("([0-9]{1,12})(|KiB|MiB|GiB)");
  private static final Pattern INDEX = Pattern.compile("\\.[0-9]+(?=\\.|$)");

  private final Config node;
  private final Map<String, Asked> known;
  // What holds further keys: sections and lists, also those that are empty and so say of none.
  private final Set<String> holders;

  /**
   * What a key is allowed to be, so that a test can compare the operator's page with it.
   *
   * @param type such as {@code duration}, or all words that are allowed
   * @param fallback what holds where the key is left out; empty if nothing does
   * @param least the least value; empty if the type has no order
   * @param most the greatest value; empty if the type has no order
   */
  public record Asked(String type, String fallback, String least, String most) {}

  private Settings(Config node, Map<String, Asked> known, Set<String> holders) {
    this.node = node;
    this.known = known;
    this.holders = holders;
  }

  public static Settings of(Config root) {
    return new Settings(root, new TreeMap<>(), new TreeSet<>());
  }

  public Settings section(String key) {
    holders.add(pattern(name(key)));
    return new Settings(node.get(key), known, holders);
  }

  public boolean exists() {
    return node.exists();
  }

  /** The full name of a key of this node, such as {@code relay.stream.queue}. */
  String name(String key) {
    return node.get(key).key().toString();
  }

  public BadConfiguration bad(String key, String allowed) {
    return new BadConfiguration(name(key), allowed);
  }

  /** The entries of a list of objects; none when the key is left out. */
  public List<Settings> list(String key) {
    holders.add(pattern(name(key)));
    List<Config> entries = node.get(key).asNodeList().orElse(List.of());
    // The environment and system properties make of indexes an object with numbers for names.
    if (node.get(key).isLeaf() || !entries.stream().allMatch(entry -> isIndex(entry.name()))) {
      throw bad(key, "must be a list");
    }
    return entries.stream().map(entry -> new Settings(entry, known, holders)).toList();
  }

  private static boolean isIndex(String name) {
    return name.chars().allMatch(Character::isDigit);
  }

  public Optional<String> text(String key) {
    ask(key, "text", "");
    return read(key, Function.identity(), "must be a text");
  }

  public String text(String key, String fallback) {
    ask(key, "text", fallback);
    return text(key).orElse(fallback);
  }

  public String required(String key) {
    return text(key)
        .filter(text -> !text.isBlank())
        .orElseThrow(() -> bad(key, "is required and must not be empty"));
  }

  /** A list of texts, or one text alone. */
  public List<String> texts(String key, List<String> fallback) {
    ask(key, "list", fallback.isEmpty() ? "" : fallback.toString());
    Config value = node.get(key);
    if (!value.exists()) {
      return fallback;
    }
    // Also beside a list's entries: an override names the list as a whole.
    if (value.hasValue()) {
      return List.of(resolved(key, value.asString().get()));
    }
    List<String> texts = new ArrayList<>();
    for (Config entry : value.asNodeList().orElse(List.of())) {
      String text =
          entry
              .asString()
              .asOptional()
              .orElseThrow(() -> bad(key, "must be a text or a list of texts"));
      texts.add(resolved(key, text));
    }
    return texts;
  }

  public boolean flag(String key, boolean fallback) {
    ask(key, "true or false", String.valueOf(fallback));
    String allowed = "must be true or false";
    return read(
            key,
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw bad(key, allowed);
                },
            allowed)
        .orElse(fallback);
  }

  /** One of the constants of the fallback's enum, written in lower case with dashes. */
  public <E extends Enum<E>> E choice(String key, E fallback) {
    E[] constants = fallback.getDeclaringClass().getEnumConstants();
    String words = Arrays.stream(constants).map(Settings::word).collect(Collectors.joining(", "));
    ask(key, words, word(fallback));
    String allowed = "must be one of " + words;
    return read(key, Function.identity(), allowed)
        .map(
            text ->
                Arrays.stream(constants)
                    .filter(constant -> word(constant).equals(text))
                    .findFirst()
                    .orElseThrow(() -> bad(key, allowed)))
        .orElse(fallback);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public int number(String key, int fallback, int min, int max) {
    ask(key, "number", fallback, min, max);
    return (int) bounded(key, fallback, min, max, Long::parseLong, "must be a whole number");
  }

  /** A number of bytes, bare or in KiB, MiB or GiB. */
  public long bytes(String key, long fallback, long min, long max) {
    ask(key, "bytes", fallback, min, max);
    return bounded(
        key, fallback, min, max, Settings::parseBytes, "must be bytes such as 65536, 256KiB, 1GiB");
  }

  public Duration duration(String key, Duration fallback, Duration min, Duration max) {
    ask(key, "duration", fallback, min, max);
    String allowed =
        "must be an ISO 8601 duration from %s to %s, such as %s".formatted(min, max, fallback);
    Duration value = read(key, Duration::parse, allowed).orElse(fallback);
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw bad(key, allowed);
    }
    return value;
  }

  private long bounded(
      String key, long fallback, long min, long max, Function<String, Long> parse, String form) {
    String allowed = form + ", from " + min + " to " + max;
    long value = read(key, parse, allowed).orElse(fallback);
    if (value < min || value > max) {
      throw bad(key, allowed);
    }
    return value;
  }

  /** Reads a leaf. The value is not repeated in the message: it could be a secret. */
  private <T> Optional<T> read(String key, Function<String, T> parse, String allowed) {
    Config value = node.get(key);
    if (value.exists() && !value.isLeaf()) {
      throw bad(key, allowed);
    }
    ConfigValue<String> text = value.asString();
    try {
      return text.asOptional().map(given -> resolved(key, given).trim()).map(parse);
    } catch (ArithmeticException | NumberFormatException | DateTimeException _) {
      throw bad(key, allowed);
    }
  }

  // A reference to what is not set stays as it is written, and would become the value: as a secret,
  // one that everybody knows.
  private String resolved(String key, String text) {
    if (text.contains("${")) {
      throw bad(key, "refers to something that is not set");
    }
    return text;
  }

  private static long parseBytes(String text) {
    Matcher parts = BYTES.matcher(text);
    if (!parts.matches()) {
      throw new NumberFormatException();
    }
    int shift =
        switch (parts.group(2)) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          default -> 0;
        };
    return Math.multiplyExact(Long.parseLong(parts.group(1)), 1L << shift);
  }

  private void ask(String key, String type, String fallback) {
    ask(key, type, fallback, "", "");
  }

  // A key may be asked for once more without its fallback, to see whether it is written.
  private void ask(String key, String type, Object fallback, Object least, Object most) {
    known.merge(
        pattern(name(key)),
        new Asked(type, fallback.toString(), least.toString(), most.toString()),
        (before, now) -> now.fallback().isEmpty() ? before : now);
  }

  /** Every key that was asked for, a list's index as {@code *}. */
  public Set<String> knownKeys() {
    return Set.copyOf(known.keySet());
  }

  /** What was asked of every key, by its name as in {@link #knownKeys}. */
  public Map<String, Asked> asked() {
    return Map.copyOf(known);
  }

  /**
   * Refuses keys that nobody asked for.
   *
   * @param written what the operator wrote; without the environment, where others write too
   */
  public void refuseUnknown(Config written) {
    written
        .traverse()
        .filter(Config::isLeaf)
        .map(leaf -> leaf.key().toString())
        .filter(key -> !known.containsKey(pattern(key)))
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
        return String.join(", ", known.keySet());
      }
      parent = parent.substring(0, dot);
      String prefix = parent + ".";
      List<String> names =
          Stream.concat(known.keySet().stream(), holders.stream())
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

  // A list's entry has its index in the key; the last index of a list of texts is the list itself.
  private static String pattern(String key) {
    String starred = INDEX.matcher(key).replaceAll(".*");
    return starred.endsWith(".*") ? starred.substring(0, starred.length() - 2) : starred;
  }

  /**
   * The texts, each made into what it says.
   *
   * @throws BadConfiguration with this key, if one breaks a rule of what is made
   */
  public <T> List<T> all(String key, List<String> texts, Function<String, T> make) {
    return texts.stream().map(text -> made(key, () -> make.apply(text))).toList();
  }

  /**
   * The text of a required key, made into what it says.
   *
   * @throws BadConfiguration if it is not there, or breaks a rule of what is made
   */
  public <T> T checked(String key, Function<String, T> make) {
    String text = required(key);
    return made(key, () -> make.apply(text));
  }

  /**
   * What is made of the value of a key.
   *
   * @throws BadConfiguration with this key, if it breaks a rule of what is made
   */
  public <T> T made(String key, Supplier<T> make) {
    try {
      return make.get();
    } catch (RelayException rule) {
      throw bad(key, rule.detail());
    } catch (IllegalArgumentException rule) {
      throw bad(key, String.valueOf(rule.getMessage()));
    }
  }

  /**
   * An address that can be called.
   *
   * @throws IllegalArgumentException if it is none of http or https
   */
  public static URI httpUri(String text) {
    URI uri = URI.create(text);
    if (!("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
        || uri.getHost() == null) {
      throw new IllegalArgumentException("must be an http or https URL");
    }
    return uri;
  }
}
