package heliograph.gateway.access;

/**
 * What the status of an upstream's answer means for the caller it was asked about, and whether it
 * counts against the upstream. Operators have the same table in {@code deploy/CONFIGURATION.md}.
 *
 * <p>An answer is one to that question: whoever sends what an application does not take is the only
 * one to feel it. Only what says that the upstream itself is ill counts against it.
 */
enum UpstreamMeaning {
  /** Yes, or here are the claims. */
  ALLOWED,
  /** No. */
  DENIED,
  /** The question cannot be answered as it is, now and later: no, by a fault of the request. */
  UNANSWERABLE,
  /** Not now; the caller comes again. */
  LATER,
  /** No answer to such a question: what is asked here is not what the operator meant to ask. */
  UNUSABLE,
  /** The upstream is ill, and this counts against it. */
  ILL;

  /** Of who is asked for the claims of a session. */
  static UpstreamMeaning ofSession(int status) {
    return switch (status) {
      case 200 -> ALLOWED;
      case 401, 403 -> DENIED;
      default -> of(status);
    };
  }

  /** Of who is asked whether somebody may see a topic. */
  static UpstreamMeaning ofTopic(int status) {
    return switch (status) {
      // A topic that does not exist is nobody's to see.
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
