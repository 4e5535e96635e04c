package heliograph.gateway.types;

import heliograph.contract.TypePattern;
import heliograph.gateway.types.TypesConfig.TypeConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What holds for the events of a type, ready to be applied. Any thread.
 *
 * @param config what the operator wrote
 * @param schema what their data has to be
 * @param tree the fields of the masks
 */
public record TypeRule(TypeConfig config, Optional<DataSchema> schema, MaskTree tree) {
  /** Of a type that nobody said anything about. */
  static final TypeRule NONE =
      of(new TypeConfig(new TypePattern("*"), Optional.empty(), Set.of(), false, List.of()));

  /**
   * Compiles what the operator wrote.
   *
   * @throws IllegalArgumentException saying what is wrong with the schema
   */
  public static TypeRule of(TypeConfig config) {
    return new TypeRule(config, config.schema().map(DataSchema::of), MaskTree.of(config.masks()));
  }

  /** The bits of the masks that none of the roles lifts. */
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

  /** Whether it hides something of events that one of the patterns names; of all, if none does. */
  boolean masksSomeOf(List<TypePattern> types) {
    return !config.masks().isEmpty()
        && (types.isEmpty() || types.stream().anyMatch(asked -> overlap(asked, config.type())));
  }

  private static boolean overlap(TypePattern one, TypePattern other) {
    // A pattern with an open end and another name something in common if one begins the other.
    return one.matches(other.value()) || other.matches(one.value());
  }
}
