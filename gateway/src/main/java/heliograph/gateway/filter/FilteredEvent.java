package heliograph.gateway.filter;

import dev.cel.runtime.CelVariableResolver;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event as one evaluation of a filter sees it. It holds on to what it was given of the event, so
 * that an expression that names the data ten times has it parsed once, even where there is no room
 * to keep it. One thread.
 */
final class FilteredEvent implements CelVariableResolver {
  static final String EVENT = "event";
  static final String DATA = "data";

  private final ParsedEvent event;
  private @Nullable DataObject attributes;
  private ParsedEvent.@Nullable Data data;

  FilteredEvent(ParsedEvent event) {
    this.event = event;
  }

  @Override
  public Optional<Object> find(String name) {
    return switch (name) {
      case EVENT -> Optional.of(attributes());
      case DATA -> data().value();
      default -> Optional.empty();
    };
  }

  private DataObject attributes() {
    DataObject found = attributes;
    if (found == null) {
      found = event.attributes();
      attributes = found;
    }
    return found;
  }

  private ParsedEvent.Data data() {
    ParsedEvent.Data found = data;
    if (found == null) {
      found = event.data();
      data = found;
    }
    return found;
  }
}
