package heliograph.gateway.access;

import java.util.Optional;

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
   * @param token the token among them that the caller brought by itself; empty if a browser may
   *     have sent all of them unasked
   */
  record Session(PassedHeaders passed, Optional<String> token) implements Credential {
    @Override
    public String toString() {
      return "a session";
    }
  }

  /** A ticket that was not checked yet. */
  record Ticket(String text) implements Credential {
    @Override
    public String toString() {
      return "a ticket";
    }
  }
}
