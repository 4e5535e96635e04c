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

  /** Makes masks that are counted. */
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
