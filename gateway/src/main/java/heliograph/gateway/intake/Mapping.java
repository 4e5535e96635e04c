package heliograph.gateway.intake;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.gateway.crypto.Sha256;
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
 * Says how what a publisher sends becomes events: by a template for each member, and by the place
 * of the data in a body. Any thread.
 */
final class Mapping {
  private static final String TENANT = "tenant";
  private static final String TIME = "time";
  private static final Set<String> AUDIENCE = Set.of("roles", "users");

  // These are left out if they are empty or at fault. An audience never is: without one an event is
  // for everybody.
  private static final Set<String> OPTIONAL = Set.of("subject", TIME, "partitionkey");

  private final Map<String, Template> templates;
  private final Shape shape;
  private final Use use;
  private final Pointers pointers;
  private final Pointers wholePointers;
  private final boolean indexed;

  /**
   * The shape of bodies.
   *
   * @param data a JSON pointer to the data; empty for all that an event is made of
   * @param each a JSON pointer to the array of whose elements each becomes an event
   * @param form the member of a form whose text is JSON
   */
  record Shape(String data, Optional<String> each, Optional<String> form) {}

  /** Says who sends the bodies, and so whether a body may be an event itself. */
  enum Use {
    /** The sender is a third party with a scheme of its own, which always sends its own bodies. */
    PRESET,
    /** The sender is such a third party, and the operator has changed its mapping. */
    CHANGED,
    /**
     * The sender signs its own bodies, or CloudEvents that templates complete. Only a body that is
     * an event itself counts as one: headers are not signed, and could make any event of a recorded
     * body.
     */
    SIGNED,
    /** The sender shows a secret or a token, with which it may send anything anyway. */
    ANY
  }

  /**
   * Makes a mapping.
   *
   * @param templates the templates of members by their names, in the order in which they are filled
   *     in
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
   * The mapping for requests of the same publisher with a bearer token; empty if those send events.
   */
  Optional<Mapping> forClients() {
    return use == Use.PRESET
        ? Optional.empty()
        : Optional.of(new Mapping(templates, shape, Use.ANY));
  }

  /** Whether a body with these headers is read as events, and not by this mapping. */
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

  /** Whether there is a template for a member. */
  boolean fills(String member) {
    return templates.containsKey(member);
  }

  /**
   * Whether this makes events of bodies that are none; otherwise it only fills in what events lack.
   */
  boolean makesEvents() {
    return fills("type");
  }

  /**
   * Cuts a body into the elements that each become an event; empty if the whole body becomes one.
   *
   * @param most the most elements
   * @throws RelayException INVALID_JSON; TOO_LARGE if there are too many; INVALID_EVENT if there is
   *     no array where one has to be, or several elements and the templates look into one by its
   *     index
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

  /** Reads the values at the pointers into a whole body. */
  Pointers.Found whole(byte[] body) {
    return wholePointers.isEmpty() ? Pointers.Found.NOTHING : wholePointers.read(body);
  }

  /**
   * Reads the values at the pointers into a piece that becomes an event.
   *
   * @param digest the SHA-256 of the piece in hexadecimal
   * @param place which one of several it is, such as {@code .3}; empty for the only one
   */
  Material.Piece piece(byte[] piece, Supplier<String> digest, String place) {
    return new Material.Piece(pointers.read(piece), digest, place);
  }

  /**
   * Makes the event that a piece becomes.
   *
   * @throws RelayException INVALID_EVENT naming the place that has no value
   */
  SentEvent event(byte[] piece, Material material) {
    SentEvent sent = SentEvent.none();
    fill(sent, material);
    Payload data =
        material
            .piece()
            .found()
            .json(piece, shape.data())
            .orElseThrow(
                () -> RelayException.invalidAt(shape.data(), "data: nothing at " + shape.data()));
    sent.put(data);
    return sent;
  }

  /**
   * Fills in what an event lacks.
   *
   * @throws RelayException INVALID_EVENT naming the place that has no value; NOT_FOUND if the path
   *     has a tenant that no template asks for
   */
  void fill(SentEvent sent, Material material) {
    checkPath(sent, material.sender());
    // The audience of an event that names somebody is not added to.
    boolean addressed = AUDIENCE.stream().anyMatch(sent.values()::containsKey);
    templates.forEach(
        (name, template) -> {
          boolean there = AUDIENCE.contains(name) ? addressed : sent.values().containsKey(name);
          if (!there) {
            fill(sent, name, template, material);
          }
        });
  }

  private void checkPath(SentEvent sent, Sender sender) {
    if (sender.tenant().isEmpty()) {
      return;
    }
    Template template = templates.get(TENANT);
    if (template != null && template.sources().noneMatch(Source.Path.class::isInstance)) {
      throw new RelayException(ErrorCode.NOT_FOUND, "this publisher's path has no tenant in it");
    }
    Attribute path = new Attribute.Text(sender.tenant().get());
    SentEvent.Value own = sent.values().get(TENANT);
    if (own != null && !own.equals(new SentEvent.Value.Scalar(path))) {
      throw RelayException.invalid(TENANT, "tenant: not that of the path");
    }
    if (template == null) {
      sent.put(TENANT, path);
    }
  }

  private static void fill(SentEvent sent, String name, Template template, Material material) {
    if (!OPTIONAL.contains(name)) {
      String text = template.fill(material);
      sent.put(name, new Attribute.Text(name.equals("id") ? id(text, template, material) : text));
      return;
    }
    try {
      String text = template.fill(material);
      Attribute value = new Attribute.Text(name.equals(TIME) ? UnixTime.toRfc3339(text) : text);
      if (!text.isEmpty()) {
        new Attributes(Map.of(name, value));
        sent.put(name, value);
      }
    } catch (RelayException fault) {
      sent.warn(new Warning("/" + name, fault.detail()));
    }
  }

  /**
   * The id of an event. A text that cannot be an id is replaced by its SHA-256, so that no event is
   * refused for it, a repeated delivery has the same id, and two ids that differ stay different.
   * Two elements of a body differ by their place if the template looks only at what they share.
   */
  private static String id(String text, Template template, Material material) {
    boolean own = template.isOfPiece() || text.isEmpty();
    String id = own ? text : text + material.piece().place();
    boolean fit = id.length() <= Event.MAX_NAME && id.chars().noneMatch(Character::isISOControl);
    return fit ? id : Sha256.hex(id.getBytes(StandardCharsets.UTF_8));
  }
}
