package heliograph.gateway.types;

import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.TypePattern;
import heliograph.relay.Masks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What holds for events by their type: {@code relay.types}. Any thread. */
public final class TypeRules implements Masks {
  /** The most entries. */
  static final int MAX_RULES = 200;

  /** For so many types it is remembered which entry is theirs; for more, it is looked for. */
  static final int KNOWN_TYPES = 10_000;

  private final List<TypeRule> rules;
  private final ValueHash hash;
  private final Map<String, TypeRule> known = new ConcurrentHashMap<>();

  /**
   * The rules of all types.
   *
   * @param rules the first whose pattern matches a type is the one that holds
   * @param hash what masks show in the place of values that are to be hashed
   */
  public TypeRules(List<TypeRule> rules, ValueHash hash) {
    this.rules = List.copyOf(rules);
    this.hash = hash;
  }

  /** No rule at all. */
  public static TypeRules none() {
    return new TypeRules(List.of(), ValueHash.random());
  }

  public List<TypeRule> all() {
    return rules;
  }

  /** What holds for a type. */
  public TypeRule of(String type) {
    if (rules.isEmpty()) {
      return TypeRule.NONE;
    }
    TypeRule rule = known.get(type);
    if (rule == null) {
      rule = find(type);
      if (known.size() < KNOWN_TYPES) {
        known.put(type, rule);
      }
    }
    return rule;
  }

  private TypeRule find(String type) {
    return rules.stream()
        .filter(rule -> rule.type().matches(type))
        .findFirst()
        .orElse(TypeRule.NONE);
  }

  /** Whether something may be hidden from somebody of the events with these types; none for all. */
  public boolean maskSomeOf(List<TypePattern> types) {
    return rules.stream().anyMatch(rule -> rule.masksSomeOf(types));
  }

  @Override
  public long hiding(String type, Set<String> roles) {
    return of(type).hiding(roles);
  }

  @Override
  public Optional<Payload> apply(Event event, long hiding) {
    return switch (event.payload().form()) {
      case ABSENT -> Optional.of(event.payload());
      case JSON -> masked(event, hiding);
      // There are no fields to be found in it.
      case TEXT, BINARY -> Optional.empty();
    };
  }

  private Optional<Payload> masked(Event event, long hiding) {
    MaskTree masks = of(event.type()).tree();
    try {
      byte[] shown =
          MaskedCopy.of(
              event.payload().bytes(), masks, hiding, value -> hash.of(event.tenant(), value));
      return Optional.of(Payload.json(shown, 0, shown.length));
    } catch (RelayException | MaskedCopy.TooManyHashes _) {
      // Too much to hash, or no JSON after all: what cannot be hidden is withheld.
      return Optional.empty();
    }
  }
}
