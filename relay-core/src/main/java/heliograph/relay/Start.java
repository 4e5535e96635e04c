package heliograph.relay;

import heliograph.contract.Cursor;
import java.time.Instant;

/** Says where a subscription begins. */
public sealed interface Start {
  /** It begins with what comes from now on. */
  record Live() implements Start {}

  /** It begins after a place that the client had reached. */
  record After(Cursor cursor) implements Start {}

  /** It begins with the first event that was stored at or after a time. */
  record Since(Instant time) implements Start {}

  /** It begins with the last few events that the subscriber may see. */
  record Last(int events) implements Start {}

  /** It begins with the newest event of each partition key, and goes on with what comes then. */
  record Snapshot() implements Start {}
}
