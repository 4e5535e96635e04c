package heliograph.gateway.types;

import heliograph.contract.Audience;
import heliograph.contract.TypePattern;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code relay.types} and {@code relay.masking}. */
public final class TypeSettings {
  // What a tenant's numbers are hashed with must not be guessed.
  private static final int MIN_SECRET = 16;

  private TypeSettings() {}

  /**
   * Reads the rules of types.
   *
   * @throws BadConfiguration naming the key at fault
   */
  public static TypeRules read(Settings relay) {
    List<Settings> entries = relay.list("types");
    if (entries.size() > TypeRules.MAX_RULES) {
      throw relay.bad("types", "must have at most " + TypeRules.MAX_RULES + " entries");
    }
    return new TypeRules(
        entries.stream().map(TypeSettings::rule).toList(), hash(relay.section("masking")));
  }

  private static ValueHash hash(Settings masking) {
    return masking
        .text("secret")
        .map(
            secret -> {
              if (secret.length() < MIN_SECRET) {
                throw masking.bad("secret", "must have at least " + MIN_SECRET + " characters");
              }
              return ValueHash.with(secret);
            })
        .orElseGet(ValueHash::random);
  }

  private static TypeRule rule(Settings entry) {
    TypePattern type = entry.made("type", () -> new TypePattern(entry.required("type")));
    return new TypeRule(
        type,
        entry.text("schema").map(schema -> entry.made("schema", () -> schema(schema))),
        roles(entry, entry.texts("roles", List.of())),
        entry.flag("ephemeral", false),
        masks(entry));
  }

  /** Either the schema itself or where its file is. */
  private static DataSchema schema(String text) {
    if (text.startsWith("{")) {
      return DataSchema.of(text);
    }
    try {
      return DataSchema.of(Files.readString(Path.of(text)));
    } catch (IOException | InvalidPathException _) {
      throw new IllegalArgumentException("must be a file that can be read, or a schema");
    }
  }

  /** The names as an audience has them; none stay none. */
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
