package heliograph.gateway.stream;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;

/** What a stream says when there is nothing to say. */
enum Heartbeat {
  /** A comment, which clients skip. */
  COMMENT,
  /** An event, for pages that want to know that the connection is alive. */
  EVENT;

  /**
   * Reads the {@code heartbeat} parameter.
   *
   * @throws RelayException INVALID_REQUEST for any other word
   */
  static Heartbeat parse(String word) {
    return switch (word) {
      case "comment" -> COMMENT;
      case "event" -> EVENT;
      default -> throw new RelayException(ErrorCode.INVALID_REQUEST, "heartbeat: comment or event");
    };
  }
}
