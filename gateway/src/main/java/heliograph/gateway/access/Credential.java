package heliograph.gateway.access;

/** What a subscriber shows to say who it is. None of them prints what it holds. */
sealed interface Credential {
  /**
   * A JWT.
   *
   * @param ambient whether a browser sends it by itself, whichever page asked for the request
   */
  record Token(String text, boolean ambient) implements Credential {
    @Override
    public String toString() {
      return "a token";
    }
  }

  /** What an application knows a session by. */
  record Session(PassedHeaders forwarded) implements Credential {}

  /** A ticket, of which nothing is known yet. */
  record Ticket(String text) implements Credential {
    @Override
    public String toString() {
      return "a ticket";
    }
  }
}
