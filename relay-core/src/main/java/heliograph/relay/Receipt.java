package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.RelayException;

/** What became of one event that was handed to the log. */
public sealed interface Receipt {
  /** It is stored, at the cursor. */
  record Stored(Cursor cursor) implements Receipt {}

  /** The same dedup key came before, within the window; the cursor is of the first. */
  record Duplicate(Cursor cursor) implements Receipt {}

  /** It was not stored. */
  record Refused(RelayException why) implements Receipt {}
}
