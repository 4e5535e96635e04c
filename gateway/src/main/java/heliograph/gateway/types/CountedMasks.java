package heliograph.gateway.types;

import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.TypePattern;
import heliograph.gateway.telemetry.Metrics;
import heliograph.relay.Masks;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Hides what the masks of {@code relay.types} hide, and tells the operator of withheld events. A
 * subscriber cannot tell that an event was withheld because its masks could not be applied. So each
 * is counted, and the log has one line for each entry of {@code relay.types}. Any thread.
 */
public final class CountedMasks implements Masks {
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final TypeRules rules;
  private final Metrics metrics;
  // This has no more elements than the configuration has entries.
  private final Set<TypePattern> told = ConcurrentHashMap.newKeySet();

  // Whose events were withheld; further tenants are counted together.
  private final Map<Tenant, LongAdder> withheld;

  /** The most tenants whose withheld events are counted apart. */
  static final int MAX_TENANTS = 1000;

  /** Makes masks that are counted. */
  public CountedMasks(TypeRules rules, Metrics metrics) {
    this(rules, metrics, new ConcurrentHashMap<>());
  }

  private CountedMasks(TypeRules rules, Metrics metrics, Map<Tenant, LongAdder> withheld) {
    this.rules = rules;
    this.metrics = metrics;
    this.withheld = withheld;
  }

  /** Masks by other rules, which count on where these have counted. */
  public CountedMasks by(TypeRules others) {
    return new CountedMasks(others, metrics, withheld);
  }

  @Override
  public long hiding(String type, Set<String> roles) {
    return rules.hiding(type, roles);
  }

  @Override
  public Optional<Payload> apply(Event event, long hiding) {
    Optional<Payload> shown = rules.apply(event, hiding);
    if (shown.isEmpty()) {
      withheld(event);
    }
    return shown;
  }

  /**
   * How many events of a tenant were withheld since the start; empty if that was not counted, as
   * there are so many tenants.
   */
  public OptionalLong withheldOf(Tenant tenant) {
    LongAdder known = withheld.get(tenant);
    if (known != null) {
      return OptionalLong.of(known.sum());
    }
    return withheld.size() < MAX_TENANTS ? OptionalLong.of(0) : OptionalLong.empty();
  }

  private void withheld(Event event) {
    metrics.withheld();
    LongAdder known = withheld.get(event.tenant());
    if (known != null) {
      known.increment();
    } else if (withheld.size() < MAX_TENANTS) {
      withheld.computeIfAbsent(event.tenant(), _ -> new LongAdder()).increment();
    }
    TypePattern entry = rules.of(event.type()).config().type();
    if (told.add(entry)) {
      // The line names the entry and not the event's type, which its publisher makes up.
      LOGGER.log(
          System.Logger.Level.WARNING,
          "withheld type={0} data={1}",
          entry,
          event.payload().form().name().toLowerCase(Locale.ROOT));
    }
  }
}
