package heliograph.gateway.profile;

import heliograph.contract.EndReason;
import heliograph.contract.TypePattern;
import heliograph.gateway.profile.ProfileConfig.Told;
import heliograph.gateway.settings.Settings;
import heliograph.relay.Interest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads of one entry of {@code relay.streams} how the profile looks on the wire. One thread. */
final class ShapeReader {
  private static final String NONE = "none";

  // In YAML 1.1, off and on without quotes are false and true.
  private static final Set<String> OFF = Set.of("off", "false");
  private static final Set<String> ON = Set.of("on", "true");

  private static final int MAX_NAME = 256;
  private static final int MAX_COMMENT = 200;
  private static final int BATCH = 100;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");
  private static final Pattern REASONS =
      Pattern.compile(
          Arrays.stream(EndReason.values())
              .filter(ShapeReader::isTold)
              .map(EndReason::word)
              .collect(Collectors.joining("|")));

  /** How a word looks in the contract. */
  private record Usual(Vocabulary vocabulary, String name, String data) {}

  private static final Usual CONNECTED =
      new Usual(
          Vocabulary.CONNECTED,
          "system.connected",
          "{\"stream\":{stream},\"tenant\":{tenant},\"cursor\":{cursor},"
              + "\"heartbeat\":{heartbeat}}");
  private static final Usual POSITION = new Usual(Vocabulary.POSITION, "system.position", "{}");
  private static final Usual GAP =
      new Usual(Vocabulary.GAP, "system.gap", "{\"reason\":{reason},\"from\":{from},\"to\":{to}}");
  private static final Usual REAUTH =
      new Usual(Vocabulary.REAUTH, "system.reauth", "{\"expires\":{expires}}");
  private static final Usual SHUTDOWN =
      new Usual(Vocabulary.SHUTDOWN, "system.shutdown", "{\"reconnect\":{reconnect}}");
  private static final Usual END = new Usual(Vocabulary.END, "system.end", "{\"reason\":{reason}}");
  private static final Usual HEARTBEAT = new Usual(Vocabulary.HEARTBEAT, "system.heartbeat", "{}");

  private final Settings entry;
  private final Set<String> path;

  /**
   * Begins to read.
   *
   * @param path the variables of the path
   */
  ShapeReader(Settings entry, Set<String> path) {
    this.entry = entry;
    this.path = path;
  }

  /** Whether the last word of a stream tells the reason. */
  private static boolean isTold(EndReason reason) {
    return reason != EndReason.LEFT && reason != EndReason.SHUTDOWN;
  }

  /** The relay's own words as they are in the contract. */
  static List<Told> usual() {
    return Stream.of(CONNECTED, POSITION, HEARTBEAT, GAP, REAUTH, SHUTDOWN, END)
        .map(
            usual ->
                new Told(
                    usual.name(),
                    Optional.of(usual.name()),
                    Template.of(usual.data(), usual.vocabulary(), Set.of())
                        .schema(Placeholder::schema)))
        .toList();
  }

  Shape read() {
    Naming naming = naming();
    Settings heartbeat = entry.section("heartbeat");
    return new Shape(
        naming,
        envelope(),
        entry.flag("ids", true),
        words(comment(heartbeat)),
        beat(heartbeat),
        batch(entry.section("batch")));
  }

  private Naming naming() {
    List<Settings> entries = entry.list("names");
    if (entries.size() > Naming.MAX_RULES) {
      throw entry.bad("names", "at most " + Naming.MAX_RULES + " entries");
    }
    List<Naming.Rule> rules = new ArrayList<>();
    for (Settings rule : entries) {
      rules.add(
          new Naming.Rule(
              rule.checked("type", TypePattern::new), rule.checked("name", ShapeReader::name)));
    }
    String event = entry.text("event", "type");
    boolean byType = event.equals("type");
    return new Naming(
        rules, byType, byType ? Optional.empty() : entry.made("event", () -> name(event)));
  }

  /** The name of frames; empty for none. */
  private static Optional<String> name(String text) {
    if (text.equals(NONE)) {
      return Optional.empty();
    }
    if (text.isBlank() || text.length() > MAX_NAME || CONTROL.matcher(text).find()) {
      throw new IllegalArgumentException(
          "must be none, or 1 to " + MAX_NAME + " characters without control characters");
    }
    return Optional.of(text);
  }

  private Envelope envelope() {
    return entry
        .text("envelope")
        .<Envelope>map(
            text ->
                text.equals("cloudevents")
                    ? new Envelope.CloudEvent()
                    : new Envelope.Filled(template(entry, "envelope", text, Vocabulary.EVENT)))
        .orElseGet(Envelope.Bare::new);
  }

  private Template template(Settings node, String key, String text, Vocabulary vocabulary) {
    return node.made(key, () -> Template.of(text, vocabulary, path));
  }

  private static String comment(Settings heartbeat) {
    String text = heartbeat.verbatim("comment").orElse(" keepalive");
    if (text.length() > MAX_COMMENT || CONTROL.matcher(text).find()) {
      throw heartbeat.bad(
          "comment", "at most " + MAX_COMMENT + " characters, and no control character");
    }
    return text;
  }

  private Optional<Beat> beat(Settings heartbeat) {
    Optional<Duration> every =
        heartbeat.duration("every", Duration.ofSeconds(1), Duration.ofHours(1));
    Beat.When when = heartbeat.choice("when", Beat.When.IDLE);
    Word.Line line = line(heartbeat, HEARTBEAT);
    if (every.isEmpty() && Stream.of("when", "event", "data").anyMatch(heartbeat::isWritten)) {
      throw heartbeat.bad("every", "is required for a heartbeat that a script can see");
    }
    return every.map(pace -> new Beat(pace, when, line.name(), line.data()));
  }

  private Optional<Batch> batch(Settings batch) {
    List<String> types = batch.texts("types", List.of());
    Optional<Batch.Name> name =
        batch.text("name").map(_ -> new Batch.Name(batch.checked("name", ShapeReader::name)));
    String envelope = batch.text("envelope", "{items}");
    Template template = template(batch, "envelope", envelope, Vocabulary.BATCH);
    int most = batch.number("most", BATCH, 2, Batch.MOST);
    if (!batch.exists()) {
      return Optional.empty();
    }
    if (types.isEmpty() || types.size() > Interest.MAX_PATTERNS) {
      throw batch.bad("types", "1 to " + Interest.MAX_PATTERNS + " patterns are required");
    }
    return Optional.of(
        new Batch(batch.all("types", types, TypePattern::new), name, template, most));
  }

  private Shape.Words words(String comment) {
    Settings frames = entry.section("frames");
    return new Shape.Words(
        one(frames, "connected", CONNECTED),
        position(frames),
        several(frames, "gap", GAP),
        one(frames, "reauth", REAUTH),
        several(frames, "shutdown", SHUTDOWN),
        ends(frames),
        comment);
  }

  private Word position(Settings frames) {
    String key = "position";
    Word.Line line = line(frames.section(key), POSITION);
    String text = frames.textOrSection(key, "bare");
    if (frames.isSection(key) || ON.contains(text)) {
      return new Word(List.of(line));
    }
    if (!text.equals("bare")) {
      throw frames.bad(key, "must be bare, on, or have event or data");
    }
    return Word.OFF;
  }

  /** A word of at most one frame. */
  private Word one(Settings frames, String key, Usual usual) {
    Word.Line line = line(frames.section(key), usual);
    return isOff(frames, key) ? Word.OFF : new Word(List.of(line));
  }

  /** A word that may be written as a list of frames. */
  private Word several(Settings frames, String key, Usual usual) {
    List<Word.Line> lines = new ArrayList<>();
    for (Settings each : frames.oneOrMore(key)) {
      lines.add(line(each, usual));
    }
    if (lines.isEmpty() || lines.size() > Word.MAX_LINES) {
      throw frames.bad(key, "1 to " + Word.MAX_LINES + " frames");
    }
    return isOff(frames, key) ? Word.OFF : new Word(lines);
  }

  private static boolean isOff(Settings frames, String key) {
    String text = frames.textOrSection(key, "on");
    if (!OFF.contains(text) && !ON.contains(text)) {
      throw frames.bad(key, "must be off, on, or have event or data");
    }
    return OFF.contains(text);
  }

  private Map<EndReason, Word> ends(Settings frames) {
    String key = "end";
    Word all = one(frames, key, END);
    Map<String, Settings> own = frames.eachOf(key, REASONS);
    Settings end = frames.section(key);
    if (!own.isEmpty() && (end.isWritten("event") || end.isWritten("data"))) {
      throw frames.bad(key, "must have event and data, or reasons that have them, and not both");
    }
    Map<EndReason, Word> ends = new EnumMap<>(EndReason.class);
    for (EndReason reason : EndReason.values()) {
      if (isTold(reason)) {
        ends.put(reason, own.containsKey(reason.word()) ? one(end, reason.word(), END) : all);
      }
    }
    return ends;
  }

  /** One frame of a word. What is left out is as in the contract. */
  private Word.Line line(Settings node, Usual usual) {
    String event = node.text("event", usual.name());
    return new Word.Line(
        node.made("event", () -> name(event)),
        template(node, "data", node.text("data", usual.data()), usual.vocabulary()));
  }
}
