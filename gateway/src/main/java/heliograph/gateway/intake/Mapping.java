package heliograph.gateway.intake;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.gateway.crypto.Hmac;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.Pointers;
import io.helidon.http.Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How what a publisher sends becomes events: a template for each member, and where in a body the
 * data is. Any thread.
 */
final class Mapping {
  private static final String TENANT = "tenant";
  private static final String TIME = "time";
  private static final Set<String> AUDIENCE = Set.of("roles", "users");

  // Left out where they are empty or at fault. Not so an audience: without one an event is for
  // everybody.
  private static final Set<String> OPTIONAL = Set.of("subject", TIME, "partitionkey");

  private final Map<String, Template> templates;
  private final Shape shape;
  private final Use use;
  private final Pointers pointers;
  private final Pointers wholePointers;
  private final boolean indexed;

  /**
   * How bodies look.
   *
   * @param data JSON pointer to the data; empty for all that an event is made of
   * @param each JSON pointer to the array of whose elements each becomes an event
   * @param form the member of a form whose text is JSON
   */
  record Shape(String data, Optional<String> each, Optional<String> form) {}

  /** Who sends the bodies. */
  enum Use {
    /** A third party with a scheme of its own, which sends what it always sends. */
    PRESET,
    /** The same, and the operator wrote a part of the mapping. */
    CHANGED,
    /**
     * Whoever signs either its own bodies or CloudEvents, of which templates fill in what they
     * lack. A body that is an event says so itself; headers are not signed, and could make any
     * event of one that was recorded.
     */
    SIGNED,
    /** Whoever shows a secret or a token, and with it may send anything anyway. */
    ANY
  }

  /**
   * @param templates of members by name, in the order in which they are filled in
   * @throws IllegalArgumentException if a pointer of the shape is none
   */
  Mapping(Map<String, Template> templates, Shape shape, Use use) {
    this.use = use;
    this.templates = Collections.unmodifiableMap(new LinkedHashMap<>(templates));
    this.shape = shape;
    List<String> piece = new ArrayList<>(List.of(shape.data()));
    List<String> whole = new ArrayList<>(shape.each().stream().toList());
    for (Template template : this.templates.values()) {
      template
          .sources()
          .forEach(
              source -> {
                if (source instanceof Source.Piece(String pointer)) {
                  piece.add(pointer);
                } else if (source instanceof Source.Whole(String pointer)) {
                  whole.add(pointer);
                }
              });
    }
    this.pointers = Pointers.of(piece);
    this.wholePointers = Pointers.of(whole);
    this.indexed = piece.stream().anyMatch(pointer -> pointer.matches("/[0-9]+(/.*)?"));
  }

  Shape shape() {
    return shape;
  }

  /**
   * The mapping for the bearer tokens of the same publisher; empty if what they bring is events.
   */
  Optional<Mapping> forClients() {
    return use == Use.PRESET
        ? Optional.empty()
        : Optional.of(new Mapping(templates, shape, Use.ANY));
  }

  /** Whether a body is to be read as events of one form or another, and not by this mapping. */
  boolean takesAsEvents(Headers headers) {
    if (!makesEvents()) {
      return true;
    }
    return switch (use) {
      case PRESET, CHANGED -> false;
      case SIGNED -> BodyForm.isStructured(headers);
      case ANY -> BodyForm.isStructured(headers) || BodyForm.isBinary(headers);
    };
  }

  /** Whether it has a template for the member. */
  boolean fills(String member) {
    return templates.containsKey(member);
  }

  /** Whether it makes events of bodies that are none; otherwise it fills in what events lack. */
  boolean makesEvents() {
    return fills("type");
  }

  /**
   * The elements that a body is to be cut into; empty if it is the matter of one event.
   *
   * @param most the most elements
   * @throws RelayException INVALID_JSON, TOO_LARGE; INVALID_EVENT if there is no array where one
   *     has to be, or several elements where the templates look into one of them
   */
  Optional<Pieces> pieces(byte[] body, Pointers.Found whole, int most) {
    if (shape.each().isPresent()) {
      String each = shape.each().get();
      byte[] array =
          whole
              .array(body, each)
              .orElseThrow(() -> RelayException.invalidAt(each, "no array at " + each));
      return Optional.of(Pieces.of(array, most));
    }
    if (!Json.startsArray(body)) {
      return Optional.empty();
    }
    Pieces pieces = Pieces.of(body, most);
    if (!indexed) {
      return Optional.of(pieces);
    }
    if (pieces.count() > 1) {
      throw RelayException.invalidAt(
          "/1", "the body has " + pieces.count() + " elements, and the mapping looks into one");
    }
    return Optional.empty();
  }

  /** What a body has at the pointers into the whole of it. */
  Pointers.Found whole(byte[] body) {
    return wholePointers.isEmpty() ? Pointers.Found.NOTHING : wholePointers.read(body);
  }

  /**
   * A piece that an event is made of.
   *
   * @param place which one of several it is; empty for the only one
   */
  Material.Piece piece(byte[] piece, Supplier<String> digest, String place) {
    return new Material.Piece(pointers.read(piece), digest, place);
  }

  /**
   * The members of the event that a piece is.
   *
   * @throws RelayException INVALID_EVENT naming the place that has no value
   */
  SentEvent members(byte[] piece, Material material) {
    SentEvent members = SentEvent.none();
    fill(members, material);
    Payload data =
        material
            .piece()
            .found()
            .json(piece, shape.data())
            .orElseThrow(
                () -> RelayException.invalidAt(shape.data(), "data: nothing at " + shape.data()));
    members.put(data);
    return members;
  }

  /**
   * Fills in what an event lacks.
   *
   * @throws RelayException INVALID_EVENT; NOT_FOUND if the path names a tenant that nobody asks for
   */
  void fill(SentEvent members, Material material) {
    checkPath(members, material.sender());
    // Of an event that names somebody, nobody else is to be asked.
    boolean addressed = AUDIENCE.stream().anyMatch(members.values()::containsKey);
    templates.forEach(
        (name, template) -> {
          boolean there = AUDIENCE.contains(name) ? addressed : members.values().containsKey(name);
          if (!there) {
            fill(members, name, template, material);
          }
        });
  }

  private void checkPath(SentEvent members, Sender sender) {
    if (sender.tenant().isEmpty()) {
      return;
    }
    Template template = templates.get(TENANT);
    if (template != null && template.sources().noneMatch(Source.Path.class::isInstance)) {
      throw new RelayException(ErrorCode.NOT_FOUND, "this publisher's path has no tenant in it");
    }
    Attribute path = new Attribute.Text(sender.tenant().get());
    SentEvent.Value own = members.values().get(TENANT);
    if (own != null && !own.equals(new SentEvent.Value.Scalar(path))) {
      throw RelayException.invalid(TENANT, "tenant: not that of the path");
    }
    if (template == null) {
      members.put(TENANT, path);
    }
  }

  private static void fill(SentEvent members, String name, Template template, Material material) {
    if (!OPTIONAL.contains(name)) {
      String text = template.fill(material);
      members.put(
          name, new Attribute.Text(name.equals("id") ? id(text, template, material) : text));
      return;
    }
    try {
      String text = template.fill(material);
      Attribute value = new Attribute.Text(name.equals(TIME) ? UnixTime.toRfc3339(text) : text);
      if (!text.isEmpty()) {
        new Attributes(Map.of(name, value));
        members.put(name, value);
      }
    } catch (RelayException fault) {
      members.warn(new Warning("/" + name, fault.detail()));
    }
  }

  /**
   * What an event cannot have as its id becomes the hash of it: it is refused nowhere, a repetition
   * has the same, and no two are made one. Nor are two elements of a body that share all that the
   * template looks at.
   */
  private static String id(String text, Template template, Material material) {
    boolean own = template.isOfPiece() || text.isEmpty();
    String id = own ? text : text + material.piece().place();
    boolean fit = id.length() <= Event.MAX_NAME && id.chars().noneMatch(Character::isISOControl);
    return fit ? id : Hmac.digest(id.getBytes(StandardCharsets.UTF_8));
  }
}
