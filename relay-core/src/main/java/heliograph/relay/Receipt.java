package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.RelayException;

/** Says what became of one event that was handed to the log. */
public sealed interface Receipt {
  /** The event is stored, at the cursor. */
  record Stored(Cursor cursor) implements Receipt {}

  /** An event with this dedup key came before, within the window; the cursor is that event's. */
  record Duplicate(Cursor cursor) implements Receipt {}

  /** The event was not stored. */
  record Refused(RelayException why) implements Receipt {}
}
