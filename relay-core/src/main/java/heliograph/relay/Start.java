package heliograph.relay;

import heliograph.contract.Cursor;
import java.time.Instant;

/** Where a subscription begins. */
public sealed interface Start {
  /** With what comes from now on. */
  record Live() implements Start {}

  /** After a place the client had. */
  record After(Cursor cursor) implements Start {}

  /** With the first event stored at or after a time. */
  record Since(Instant time) implements Start {}

  /** With the last few events that the subscriber may see. */
  record Last(int events) implements Start {}

  /** With the newest event of each partition key, and then with what comes after them. */
  record Snapshot() implements Start {}
}
