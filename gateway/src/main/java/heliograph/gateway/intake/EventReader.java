package heliograph.gateway.intake;

import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.gateway.crypto.Sha256;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.Pointers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Turns the body of a publisher's request into events. Any thread. */
public final class EventReader {
  private final EventRules rules;
  private final int maxBatch;

  /**
   * Makes a reader.
   *
   * @param rules the rules of every event
   * @param maxBatch the most events of one body
   */
  public EventReader(EventRules rules, int maxBatch) {
    this.rules = rules;
    this.maxBatch = maxBatch;
  }

  /** The rules of every event. */
  public EventRules rules() {
    return rules;
  }

  /** What was read of an event: the event, or why it is none. */
  public sealed interface Reading {
    /**
     * An event that keeps the rules.
     *
     * @param warnings what was left out of it
     */
    record Fit(Event event, List<Warning> warnings) implements Reading {
      public Fit {
        warnings = List.copyOf(warnings);
      }
    }

    /** An event that breaks a rule. */
    record Unfit(RelayException why) implements Reading {}
  }

  /**
   * What was read of a body.
   *
   * @param batch whether it was an array, so that the answer is one too
   */
  public record Contents(boolean batch, List<Reading> readings) {
    /** The events of the body that keep the rules. */
    public List<Event> fit() {
      List<Event> fit = new ArrayList<>();
      for (Reading reading : readings) {
        if (reading instanceof Reading.Fit(Event event, _)) {
          fit.add(event);
        }
      }
      return fit;
    }
  }

  /**
   * Reads a body by its sender's mapping, or by its own form.
   *
   * @throws RelayException NOT_FOUND or UNSUPPORTED_MEDIA_TYPE; also if the body is not of its
   *     form, and if its single event is unfit
   */
  public Contents read(byte[] body, Sender sender) {
    checkPath(sender);
    Optional<Mapping> maker = maker(sender);
    return maker.isPresent()
        ? mapped(maker.get(), body, sender)
        : read(BodyForm.of(sender.headers()), body, sender);
  }

  /** The mapping that makes events of the body; empty if the body is read as events. */
  private static Optional<Mapping> maker(Sender sender) {
    return sender.publisher().mapping().filter(it -> !it.takesAsEvents(sender.headers()));
  }

  /**
   * Checks the path of a body, as {@link #read} does.
   *
   * @throws RelayException NOT_FOUND if the path has a tenant that no mapping asks for
   */
  public static void checkPath(Sender sender) {
    if (sender.tenant().isPresent() && sender.publisher().mapping().isEmpty()) {
      throw new RelayException(ErrorCode.NOT_FOUND, "this publisher's path has no tenant in it");
    }
  }

  /**
   * Checks the media type of a body, as {@link #read} does.
   *
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE if it is none that is read
   */
  public static void checkMediaType(Sender sender) {
    if (maker(sender).isPresent()) {
      BodyForm.isForm(sender.headers());
    } else {
      BodyForm.of(sender.headers());
    }
  }

  /**
   * Reads a body of one form. The whole text is parsed before any rule is applied, so that what is
   * not JSON is refused as such.
   *
   * @throws RelayException if the body is not of its form, or its single event is unfit
   */
  Contents read(BodyForm form, byte[] body, Sender sender) {
    if (form == BodyForm.BINARY) {
      SentEvent sent = BinaryMode.read(sender.headers());
      Payload payload = EventRules.payload(sent, body);
      fill(new Element(sent, "", () -> BinaryMode.json(sent, payload), () -> body), sender);
      return single(new Reading.Fit(rules.binary(sent, payload, sender), sent.warnings()));
    }
    if (form == BodyForm.BATCH || (form == BodyForm.PLAIN && Json.startsArray(body))) {
      int most = most(sender);
      List<Element> elements = Json.read(body, parser -> elements(parser, body, most));
      return batch(elements.size(), i -> event(elements.get(i), form, sender.at(i)));
    }
    SentEvent sent = Json.read(body, parser -> SentEvent.read(parser, body));
    return single(event(new Element(sent, "", () -> body, () -> body), form, sender));
  }

  private int most(Sender sender) {
    return Math.min(maxBatch, sender.publisher().bounds().batchEvents());
  }

  /**
   * An event that was read, with what a mapping needs of it.
   *
   * @param place which one of several it is, such as {@code .3}; empty for the only one
   * @param json the event as a JSON object, for pointers
   * @param sent the bytes of it that were sent
   */
  private record Element(
      SentEvent event, String place, Supplier<byte[]> json, Supplier<byte[]> sent) {}

  private static List<Element> elements(JsonParser parser, byte[] body, int most) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new RelayException(ErrorCode.INVALID_EVENT, "a batch is a JSON array");
    }
    List<Element> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (elements.size() == most) {
        throw new RelayException(ErrorCode.TOO_LARGE, "over " + most + " events in a batch");
      }
      int from = (int) parser.currentTokenLocation().getByteOffset();
      SentEvent sent = SentEvent.read(parser, body);
      int to = (int) parser.currentLocation().getByteOffset();
      Supplier<byte[]> text = () -> Arrays.copyOfRange(body, from, to);
      elements.add(new Element(sent, place(elements.size()), text, text));
    }
    return elements;
  }

  private Reading.Fit event(Element element, BodyForm form, Sender sender) {
    fill(element, sender);
    Event event = rules.event(element.event(), form, sender);
    return new Reading.Fit(event, element.event().warnings());
  }

  /** Fills in what an event lacks if its publisher has a mapping. */
  private void fill(Element element, Sender sender) {
    Optional<Mapping> mapping = sender.publisher().mapping();
    if (mapping.isPresent()) {
      byte[] json = element.json().get();
      Supplier<String> digest = () -> Sha256.hex(element.sent().get());
      Material.Piece piece = mapping.get().piece(json, digest, element.place());
      Pointers.Found whole = mapping.get().whole(json);
      mapping.get().fill(element.event(), new Material(piece, whole, sender, rules.now()));
    }
  }

  private Contents mapped(Mapping mapping, byte[] raw, Sender sender) {
    byte[] body =
        BodyForm.isForm(sender.headers()) ? FormBody.json(raw, mapping.shape().form()) : raw;
    Pointers.Found whole = mapping.whole(body);
    Instant now = rules.now();
    Optional<Pieces> pieces = mapping.pieces(body, whole, most(sender));
    if (pieces.isEmpty()) {
      Material.Piece piece = mapping.piece(body, () -> Sha256.hex(raw), "");
      return single(made(mapping, body, new Material(piece, whole, sender, now)));
    }
    Contents contents =
        batch(
            pieces.get().count(),
            i -> {
              byte[] text = pieces.get().text(i);
              Material.Piece piece = mapping.piece(text, () -> Sha256.hex(text), place(i));
              return made(mapping, text, new Material(piece, whole, sender.at(i), now));
            });
    // Third parties read only the status, so a body without any fit event is refused as a whole.
    if (contents.fit().isEmpty()
        && !contents.readings().isEmpty()
        && contents.readings().getFirst() instanceof Reading.Unfit(RelayException why)) {
      throw why;
    }
    return contents;
  }

  private Reading.Fit made(Mapping mapping, byte[] text, Material material) {
    SentEvent sent = mapping.event(text, material);
    return new Reading.Fit(rules.event(sent, BodyForm.PLAIN, material.sender()), sent.warnings());
  }

  private static String place(int index) {
    return "." + index;
  }

  private static Contents single(Reading.Fit event) {
    return new Contents(false, List.of(event));
  }

  private static Contents batch(int count, IntFunction<Reading.Fit> events) {
    List<Reading> readings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      try {
        Reading.Fit fit = events.apply(i);
        int index = i;
        List<Warning> warnings = fit.warnings().stream().map(it -> it.at(index)).toList();
        readings.add(new Reading.Fit(fit.event(), warnings));
      } catch (RelayException why) {
        readings.add(new Reading.Unfit(why.at(i)));
      }
    }
    return new Contents(true, readings);
  }
}
