package heliograph.gateway.telemetry;

import java.util.HashSet;
import java.util.Set;

/**
 * The types of events by the names that spans have them under. Publishers choose types, and there
 * is no bound to them, so the first are told by name and what comes after them as one. Any thread;
 * its monitor guards everything.
 */
final class TypeNames {
  /** The most types that are told by name. */
  static final int MAX_NAMES = 200;

  /** What stands for all others. No event can have it, as {@code system.} is the relay's own. */
  static final String OTHERS = "system.other";

  private final Set<String> names = new HashSet<>();

  /** The name of a type. */
  synchronized String of(String type) {
    if (names.contains(type) || (names.size() < MAX_NAMES && names.add(type))) {
      return type;
    }
    return OTHERS;
  }
}
