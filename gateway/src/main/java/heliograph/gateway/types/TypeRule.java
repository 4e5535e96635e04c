package heliograph.gateway.types;

import heliograph.contract.TypePattern;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What holds for the events of a type.
 *
 * @param schema what their data has to be
 * @param roles who they are for when they do not say; empty for everybody
 * @param ephemeral whether they are live only, whatever they say
 * @param masks what of their data is hidden, and from whom; the bit of each is its place
 * @param tree their fields
 */
public record TypeRule(
    TypePattern type,
    Optional<DataSchema> schema,
    Set<String> roles,
    boolean ephemeral,
    List<Mask> masks,
    MaskTree tree) {

  /** Of a type that nobody said anything about. */
  static final TypeRule NONE =
      new TypeRule(new TypePattern("*"), Optional.empty(), Set.of(), false, List.of());

  public TypeRule(
      TypePattern type,
      Optional<DataSchema> schema,
      Set<String> roles,
      boolean ephemeral,
      List<Mask> masks) {
    this(type, schema, Set.copyOf(roles), ephemeral, List.copyOf(masks), MaskTree.of(masks));
  }

  /** The bits of the masks that none of the roles lifts. */
  long hiding(Set<String> held) {
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
    return !masks.isEmpty()
        && (types.isEmpty() || types.stream().anyMatch(asked -> overlap(asked, type)));
  }

  private static boolean overlap(TypePattern one, TypePattern other) {
    // A pattern with an open end and another name something in common if one begins the other.
    return one.matches(other.value()) || other.matches(one.value());
  }
}
