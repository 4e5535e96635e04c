package heliograph.gateway.types;

import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.TypePattern;
import heliograph.gateway.settings.Secrets;
import heliograph.relay.Masks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The rules for events by their type, {@code relay.types}. Any thread. */
public final class TypeRules implements Masks {
  /** The most entries. */
  static final int MAX_RULES = 200;

  /** The most types whose entry is remembered; for further types it is looked up each time. */
  static final int KNOWN_TYPES = 10_000;

  private final List<TypeRule> rules;
  private final Secrets masking;
  private final ValueHash hash;
  private final Map<String, TypeRule> known = new ConcurrentHashMap<>();

  /**
   * Makes the rules.
   *
   * @param rules the rules, of which the first whose pattern matches a type holds
   * @param masking the secret of the hash, if it is not a random one
   * @param hash makes what masks show in place of values that are to be hashed
   */
  private TypeRules(List<TypeRule> rules, Secrets masking, ValueHash hash) {
    this.rules = List.copyOf(rules);
    this.masking = masking;
    this.hash = hash;
  }

  /**
   * Compiles what the operator wrote. If no secret for hashed values is written, a random key is
   * used.
   *
   * @throws IllegalArgumentException if a schema is wrong; the message says how
   */
  public static TypeRules of(TypesConfig config) {
    return of(config, Optional.empty());
  }

  /**
   * Compiles what the operator wrote, in place of other rules.
   *
   * @param before the rules until now, whose random key stays
   * @throws IllegalArgumentException if a schema is wrong; the message says how
   */
  public static TypeRules of(TypesConfig config, Optional<TypeRules> before) {
    ValueHash hash =
        before
            .filter(it -> it.masking.equals(config.masking()))
            .map(it -> it.hash)
            .orElseGet(() -> hash(config.masking()));
    return new TypeRules(
        config.types().stream().map(TypeRule::of).toList(), config.masking(), hash);
  }

  private static ValueHash hash(Secrets masking) {
    return masking.texts().stream().findFirst().map(ValueHash::with).orElseGet(ValueHash::random);
  }

  /** The rule for a type. */
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
        .filter(rule -> rule.config().type().matches(type))
        .findFirst()
        .orElse(TypeRule.NONE);
  }

  /**
   * Whether masks may hide something from somebody of events with these types; an empty list asks
   * about all types.
   */
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
      // Such data has no fields that could be hidden.
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
      // There is too much to hash, or it is no JSON after all: what cannot be hidden is withheld.
      return Optional.empty();
    }
  }
}
