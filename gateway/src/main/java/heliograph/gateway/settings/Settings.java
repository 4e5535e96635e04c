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
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One node of the configuration, read strictly: every value is checked against what is allowed, and
 * every key that is asked for becomes known, so that the rest can be refused. One thread.
 */
public final class Settings {
  /** The star that stands in patterns for the index of a list. */
  private static final Pattern ANY = Pattern.compile("\\*");

  private static final Pattern BYTES = Pattern.compile("([0-9]{1,12})(|KiB|MiB|GiB)");

  private final Config node;
  private final KnownKeys known;

  /**
   * What a key is allowed to be, so that a test can compare it with the operator's page.
   *
   * @param type such as {@code duration}, or all words that are allowed
   * @param fallback the value if the key is left out; empty if there is none
   * @param least the least value; empty if the type has no order
   * @param most the greatest value; empty if the type has no order
   */
  public record Asked(String type, String fallback, String least, String most) {}

  private Settings(Config node, KnownKeys known) {
    this.node = node;
    this.known = known;
  }

  /** Begins at the root of a configuration. */
  public static Settings of(Config root) {
    return new Settings(root, new KnownKeys());
  }

  /** The section under a key, which may be left out. */
  public Settings section(String key) {
    known.hold(name(key));
    return new Settings(node.get(key), known);
  }

  /**
   * The sections below a key whose names the operator chooses, by these names.
   *
   * @param names the names that are allowed; others stay unknown
   */
  public Map<String, Settings> named(String key, Pattern names) {
    known.hold(name(key));
    known.starred(name(key), names);
    return children(key, names);
  }

  /**
   * The sections below a key that each say for one case what the key itself says for all; they are
   * known as keys of the section itself.
   *
   * @param cases the names of the cases; others stay unknown
   */
  public Map<String, Settings> eachOf(String key, Pattern cases) {
    known.leftOut(name(key), cases);
    return children(key, cases);
  }

  private Map<String, Settings> children(String key, Pattern names) {
    Map<String, Settings> children = new TreeMap<>();
    for (Config child : nodes(key)) {
      if (names.matcher(child.name()).matches()) {
        children.put(child.name(), new Settings(child, known));
      }
    }
    return children;
  }

  /** The entries of a list, in place of which one of them may be written alone; one if none is. */
  public List<Settings> oneOrMore(String key) {
    known.leftOut(name(key), ANY);
    List<Config> entries = nodes(key);
    boolean many = !entries.isEmpty() && entries.stream().allMatch(it -> isIndex(it.name()));
    return many
        ? entries.stream().map(entry -> new Settings(entry, known)).toList()
        : List.of(section(key));
  }

  private List<Config> nodes(String key) {
    return isSection(key) ? node.get(key).asNodeList().orElse(List.of()) : List.of();
  }

  /** Whether a key has keys below it. */
  public boolean isSection(String key) {
    return node.get(key).exists() && !node.get(key).isLeaf();
  }

  /** Whether a key is written. */
  public boolean isWritten(String key) {
    return node.get(key).exists();
  }

  /** Whether the node is written. */
  public boolean exists() {
    return node.exists();
  }

  /** The full name of a key of this node, such as {@code relay.stream.queue}. */
  String name(String key) {
    return node.get(key).key().toString();
  }

  /** Refuses the value of a key of this node. */
  public BadConfiguration bad(String key, String allowed) {
    return new BadConfiguration(name(key), allowed);
  }

  /** The entries of a list of objects; empty if the key is left out. */
  public List<Settings> list(String key) {
    known.hold(name(key));
    List<Config> entries = nodes(key);
    // The environment and system properties make an object of a list, whose names are the indexes.
    if (node.get(key).isLeaf() || !entries.stream().allMatch(entry -> isIndex(entry.name()))) {
      throw bad(key, "must be a list");
    }
    return entries.stream().map(entry -> new Settings(entry, known)).toList();
  }

  private static boolean isIndex(String name) {
    return name.chars().allMatch(Character::isDigit);
  }

  /** A text; empty if the key is left out. */
  public Optional<String> text(String key) {
    ask(key, "text", "");
    return read(key, Function.identity(), "must be a text");
  }

  /** A text that has a default. */
  public String text(String key, String fallback) {
    ask(key, "text", fallback);
    return text(key).orElse(fallback);
  }

  /** A text with the spaces around it; empty if the key is left out. */
  public Optional<String> verbatim(String key) {
    ask(key, "text", "");
    Config value = node.get(key);
    if (value.exists() && !value.isLeaf()) {
      throw bad(key, "must be a text");
    }
    return value.asString().asOptional().map(text -> resolved(key, text));
  }

  /** A text in place of which a section may be written, in which case this is the fallback. */
  public String textOrSection(String key, String fallback) {
    ask(key, "text", fallback);
    return isSection(key) ? fallback : text(key).orElse(fallback);
  }

  /** A choice in place of which a section may be written, in which case this is the fallback. */
  public <E extends Enum<E>> E choiceOrSection(String key, E fallback) {
    return isSection(key) ? fallback : choice(key, fallback);
  }

  /** A flag in place of which a section may be written, in which case this is the fallback. */
  public boolean flagOrSection(String key, boolean fallback) {
    return isSection(key) ? fallback : flag(key, fallback);
  }

  /** A text that must not be left out or blank. */
  public String required(String key) {
    return text(key)
        .filter(text -> !text.isBlank())
        .orElseThrow(() -> bad(key, "is required and must not be empty"));
  }

  /** A list of texts; the operator may write one text in place of a list. */
  public List<String> texts(String key, List<String> fallback) {
    ask(key, "list", fallback.isEmpty() ? "" : fallback.toString());
    Config value = node.get(key);
    if (!value.exists()) {
      return fallback;
    }
    // A value beside a list's entries counts alone: an override names the list as a whole.
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

  /** A choice of true and false. */
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

  /** A whole number from min to max. */
  public int number(String key, int fallback, int min, int max) {
    ask(key, "number", fallback, min, max);
    return (int) bounded(key, fallback, min, max, Long::parseLong, "must be a whole number");
  }

  /** A whole number from min to max; empty if the key is left out. */
  public OptionalInt number(String key, int min, int max) {
    ask(key, "number", "", min, max);
    return isWritten(key)
        ? OptionalInt.of(
            (int) bounded(key, min, min, max, Long::parseLong, "must be a whole number"))
        : OptionalInt.empty();
  }

  /** A number from 0 to 1, which may have a fraction. */
  public double fraction(String key, double fallback) {
    ask(key, "fraction", fallback, 0, 1);
    String allowed = "must be a number from 0 to 1, such as 0.01";
    double value = read(key, Double::parseDouble, allowed).orElse(fallback);
    // Written so that what is no number is refused as well.
    if (!(value >= 0 && value <= 1)) {
      throw bad(key, allowed);
    }
    return value;
  }

  /** A number of bytes, as digits alone or in KiB, MiB or GiB. */
  public long bytes(String key, long fallback, long min, long max) {
    ask(key, "bytes", fallback, min, max);
    return bounded(
        key, fallback, min, max, Settings::parseBytes, "must be bytes such as 65536, 256KiB, 1GiB");
  }

  /** An ISO 8601 duration from min to max. */
  public Duration duration(String key, Duration fallback, Duration min, Duration max) {
    ask(key, "duration", fallback, min, max);
    return time(key, fallback, min, max).orElse(fallback);
  }

  /** An ISO 8601 duration from min to max; empty if the key is left out. */
  public Optional<Duration> duration(String key, Duration min, Duration max) {
    ask(key, "duration", "", min, max);
    return time(key, min, min, max);
  }

  private Optional<Duration> time(String key, Duration example, Duration min, Duration max) {
    String allowed =
        "must be an ISO 8601 duration from %s to %s, such as %s".formatted(min, max, example);
    Optional<Duration> value = read(key, Duration::parse, allowed);
    if (value.filter(it -> it.compareTo(min) < 0 || it.compareTo(max) > 0).isPresent()) {
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

  /** Reads a leaf. The message does not repeat the value, which could be a secret. */
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

  // Helidon leaves a reference to what is not set as it is written. It would become the value, and
  // if that is a secret, everybody would know it.
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

  private void ask(String key, String type, Object fallback, Object least, Object most) {
    known.ask(name(key), new Asked(type, fallback.toString(), least.toString(), most.toString()));
  }

  /** Every key that was asked for, with {@code *} for a list's index. */
  public Set<String> knownKeys() {
    return known.asked().keySet();
  }

  /** What every key is allowed to be, by its name as in {@link #knownKeys}. */
  public Map<String, Asked> asked() {
    return known.asked();
  }

  /**
   * Refuses keys that nobody asked for.
   *
   * @param written what the operator wrote, without the environment, in which others write too
   * @throws BadConfiguration if there is such a key
   */
  public void refuseUnknown(Config written) {
    known.refuseUnknown(written);
  }

  /**
   * Makes a value of each text.
   *
   * @throws BadConfiguration with this key, if a text breaks a rule of what is made
   */
  public <T> List<T> all(String key, List<String> texts, Function<String, T> make) {
    return texts.stream().map(text -> made(key, () -> make.apply(text))).toList();
  }

  /**
   * Makes a value of the text of a required key.
   *
   * @throws BadConfiguration if the key is left out, or its text breaks a rule of what is made
   */
  public <T> T checked(String key, Function<String, T> make) {
    String text = required(key);
    return made(key, () -> make.apply(text));
  }

  /**
   * Makes a value, and lets a failure name the key.
   *
   * @throws BadConfiguration with this key, if the maker throws for a rule that is broken
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
   * Reads an address that can be called.
   *
   * @throws IllegalArgumentException if it is no http or https URL with a host
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
