package heliograph.gateway.operator;

import java.util.Locale;

/** What an operator may do. Whoever has any role may read; the others add to that. */
public enum Role {
  /** Reads what the admin listener tells, but no data of events. */
  VIEWER,
  /** Acts: ends streams, takes back, pauses, drains, reloads. */
  OPERATOR,
  /** Sees the data of events. */
  PAYLOAD;

  /** The word for it in the configuration and in answers. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
