package heliograph.gateway.types;

import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.TypePattern;
import heliograph.gateway.telemetry.Metrics;
import heliograph.relay.Masks;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The masks by which the hub shows events. Nobody who is shown an event can tell that another was
 * withheld because its masks cannot be applied, so the operator is told: each is counted, and the
 * log has a line for the first of each entry of {@code relay.types}. Any thread.
 */
public final class CountedMasks implements Masks {
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final TypeRules rules;
  private final Metrics metrics;
  // No more than there are entries in the configuration.
  private final Set<TypePattern> told = ConcurrentHashMap.newKeySet();

  public CountedMasks(TypeRules rules, Metrics metrics) {
    this.rules = rules;
    this.metrics = metrics;
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

  private void withheld(Event event) {
    metrics.withheld();
    TypePattern entry = rules.of(event.type()).type();
    if (told.add(entry)) {
      // The entry and not the event's type, which its publisher makes up.
      LOGGER.log(
          System.Logger.Level.WARNING,
          "withheld type={0} data={1}",
          entry,
          event.payload().form().name().toLowerCase(Locale.ROOT));
    }
  }
}
