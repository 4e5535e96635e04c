package heliograph.gateway.types;

import heliograph.contract.Audience;
import heliograph.contract.TypePattern;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Secrets;
import heliograph.gateway.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the operator wrote under {@code relay.types} and {@code relay.masking}.
 *
 * @param types the entries, of which the first whose pattern matches a type holds
 * @param masking the secret for hashed values; if empty, a key that no other process knows is used
 */
public record TypesConfig(List<TypeConfig> types, Secrets masking) {
  /** The configuration if nothing is written of any type. */
  public static final TypesConfig NONE = new TypesConfig(List.of(), Secrets.NONE);

  /**
   * The rule for the events of a type.
   *
   * @param type the pattern of the types
   * @param schema the text of the JSON Schema that their data has to fit, wherever it was read from
   * @param roles the roles that they are for if they do not say; empty for everybody
   * @param ephemeral whether they are never replayed, whatever they say
   * @param masks what of their data is hidden, and from whom; the bit of each mask is its index
   */
  public record TypeConfig(
      TypePattern type,
      Optional<String> schema,
      Set<String> roles,
      boolean ephemeral,
      List<Mask> masks) {
    /** Copies the roles and the masks. */
    public TypeConfig {
      roles = Set.copyOf(roles);
      masks = List.copyOf(masks);
    }
  }

  // A short secret could be guessed, and with it the values that were hashed, such as numbers.
  private static final int MIN_SECRET = 16;

  /** Copies the list. */
  public TypesConfig {
    types = List.copyOf(types);
  }

  /**
   * Reads what the operator wrote.
   *
   * @param relay the node {@code relay}
   * @throws BadConfiguration naming the key at fault
   */
  public static TypesConfig read(Settings relay) {
    List<Settings> entries = relay.list("types");
    if (entries.size() > TypeRules.MAX_RULES) {
      throw relay.bad("types", "must have at most " + TypeRules.MAX_RULES + " entries");
    }
    return new TypesConfig(
        entries.stream().map(TypesConfig::type).toList(), masking(relay.section("masking")));
  }

  private static Secrets masking(Settings masking) {
    Optional<String> secret = masking.text("secret");
    if (secret.filter(it -> it.length() < MIN_SECRET).isPresent()) {
      throw masking.bad("secret", "must have at least " + MIN_SECRET + " characters");
    }
    return new Secrets(secret.stream().toList());
  }

  private static TypeConfig type(Settings entry) {
    TypePattern type = entry.made("type", () -> new TypePattern(entry.required("type")));
    return new TypeConfig(
        type,
        entry.text("schema").map(schema -> entry.made("schema", () -> schema(schema))),
        roles(entry, entry.texts("roles", List.of())),
        entry.flag("ephemeral", false),
        masks(entry));
  }

  /**
   * The text of a schema, from what the operator wrote: the schema itself, or the path of its file.
   */
  private static String schema(String text) {
    String schema = text.startsWith("{") ? text : content(text);
    // The schema is compiled only to be checked: a fault in it has to stop the start.
    DataSchema.of(schema);
    return schema;
  }

  private static String content(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException | InvalidPathException _) {
      throw new IllegalArgumentException("must be a file that can be read, or a schema");
    }
  }

  /** The roles, checked as those of an audience; an empty list stays empty. */
  private static Set<String> roles(Settings entry, List<String> names) {
    if (!names.isEmpty()) {
      entry.made("roles", () -> new Audience.Members(new LinkedHashSet<>(names), Set.of()));
    }
    return Set.copyOf(names);
  }

  private static List<Mask> masks(Settings entry) {
    List<Settings> entries = entry.list("masks");
    if (entries.size() > Mask.MAX_MASKS) {
      throw entry.bad("masks", "must have at most " + Mask.MAX_MASKS + " entries");
    }
    List<Mask> masks = new ArrayList<>();
    for (Settings mask : entries) {
      masks.add(mask(mask));
    }
    return masks;
  }

  private static Mask mask(Settings entry) {
    List<String> fields = entry.texts("fields", List.of());
    if (fields.isEmpty() || fields.size() > Mask.MAX_FIELDS) {
      throw entry.bad("fields", "1 to " + Mask.MAX_FIELDS + " JSON pointers are required");
    }
    Set<String> roles = roles(entry, entry.texts("roles", List.of()));
    if (roles.isEmpty()) {
      throw entry.bad("roles", "at least one role that is shown the fields is required");
    }
    Mask.With with = entry.choice("with", Mask.With.REMOVE);
    return entry.made("fields", () -> new Mask(fields, roles, with));
  }
}
