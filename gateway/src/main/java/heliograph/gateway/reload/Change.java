package heliograph.gateway.reload;

import java.util.Optional;

/**
 * What is written otherwise than before. It says where, and never what: that may be a secret.
 *
 * @param key the key as the operator's page has it, such as {@code relay.limits.streams}
 * @param entry which entry of a list, by its name; empty if the key is no such list, or if its
 *     entries stand in another order
 * @param kind what happened to it
 * @param restart whether it holds only from the next start on
 */
public record Change(String key, Optional<String> entry, Kind kind, boolean restart) {
  /** What happened to a key or an entry. */
  public enum Kind {
    ADDED,
    REMOVED,
    CHANGED
  }

  /** The key, and the name of the entry in brackets. */
  @Override
  public String toString() {
    return key + entry.map(name -> "[" + name + "]").orElse("");
  }
}
