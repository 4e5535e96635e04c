package heliograph.gateway.access;

/**
 * What a subscriber shows to say who it is. The {@code toString} of a credential never contains the
 * secret.
 */
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

  /**
   * The headers by which an application knows a session.
   *
   * @param passed the headers that are passed on to the application
   */
  record Session(PassedHeaders passed) implements Credential {}

  /** A ticket that was not checked yet. */
  record Ticket(String text) implements Credential {
    @Override
    public String toString() {
      return "a ticket";
    }
  }
}
