package heliograph.gateway.access;

/**
 * What the status of an upstream's answer means for the caller it was asked about, and whether it
 * counts against the upstream. Operators have the same table in {@code deploy/CONFIGURATION.md}.
 *
 * <p>An answer concerns its own question alone: a caller that sends what an application does not
 * take is the only one to feel it. Only a status that says that the upstream itself is ill counts
 * against the upstream.
 */
enum UpstreamMeaning {
  /** The answer is yes, or it has the claims. */
  ALLOWED,
  /** The answer is no. */
  DENIED,
  /** The question cannot be answered as it is, now or later; a fault of the request denies. */
  UNANSWERABLE,
  /** There is no answer now; the caller should come again. */
  LATER,
  /** This is no answer to such a question: the operator probably meant another address. */
  UNUSABLE,
  /** The upstream is ill, and this counts against it. */
  ILL;

  /** The meaning of a status from an application that is asked for the claims of a session. */
  static UpstreamMeaning ofSession(int status) {
    return switch (status) {
      case 200 -> ALLOWED;
      case 401, 403 -> DENIED;
      default -> of(status);
    };
  }

  /** The meaning of a status from an application that is asked whether a caller may see a topic. */
  static UpstreamMeaning ofTopic(int status) {
    return switch (status) {
      // Nobody may see a topic that does not exist.
      case 401, 403, 404, 410 -> DENIED;
      default -> status / 100 == 2 ? ALLOWED : of(status);
    };
  }

  private static UpstreamMeaning of(int status) {
    return switch (status) {
      case 400, 413, 414, 422, 431 -> UNANSWERABLE;
      case 408, 425, 429 -> LATER;
      default -> status >= 500 ? ILL : UNUSABLE;
    };
  }
}
