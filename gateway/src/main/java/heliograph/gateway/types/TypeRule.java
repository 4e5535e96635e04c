package heliograph.gateway.types;

import heliograph.contract.TypePattern;
import heliograph.gateway.types.TypesConfig.TypeConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rule for the events of a type, ready to be applied. Any thread.
 *
 * @param config what the operator wrote
 * @param schema the schema that their data has to fit, if there is one
 * @param tree the fields that masks hide
 */
public record TypeRule(TypeConfig config, Optional<DataSchema> schema, MaskTree tree) {
  /** The rule for a type that the operator wrote nothing about. */
  static final TypeRule NONE =
      of(new TypeConfig(new TypePattern("*"), Optional.empty(), Set.of(), false, List.of()));

  /**
   * Compiles what the operator wrote.
   *
   * @throws IllegalArgumentException if the schema is wrong; the message says how
   */
  public static TypeRule of(TypeConfig config) {
    return new TypeRule(config, config.schema().map(DataSchema::of), MaskTree.of(config.masks()));
  }

  /** The bits of the masks that none of these roles lifts. */
  long hiding(Set<String> held) {
    List<Mask> masks = config.masks();
    long hiding = 0;
    for (int i = 0; i < masks.size(); i++) {
      if (!masks.get(i).isLiftedBy(held)) {
        hiding |= 1L << i;
      }
    }
    return hiding;
  }

  /**
   * Whether the rule hides something of events of one of these types; an empty list asks about all
   * types.
   */
  boolean masksSomeOf(List<TypePattern> types) {
    return !config.masks().isEmpty()
        && (types.isEmpty() || types.stream().anyMatch(config.type()::overlaps));
  }
}
