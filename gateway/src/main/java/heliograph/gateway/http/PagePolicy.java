package heliograph.gateway.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;

/**
 * What a page of the relay may do in a browser: it runs and loads nothing but what the relay
 * serves, so that nothing which an outsider sent could ever run in it. Any thread.
 *
 * @see <a href="https://www.w3.org/TR/CSP3/">Content Security Policy, level 3</a>
 */
public enum PagePolicy {
  /** A page without forms of its own. It tells nobody where its reader came from. */
  WITHOUT_FORMS("no-referrer", "'none'"),

  /**
   * A page whose forms go to the relay. With no-referrer a browser would send {@code Origin: null}
   * with them, which is refused.
   */
  WITH_FORMS("same-origin", "'self'");

  private static final HeaderName REFERRER = HeaderNames.create("Referrer-Policy");
  private static final HeaderName POLICY = HeaderNames.create("Content-Security-Policy");

  private final String referrer;
  private final String policy;

  PagePolicy(String referrer, String forms) {
    this.referrer = referrer;
    this.policy =
        String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "require-trusted-types-for 'script'",
            "base-uri 'none'",
            "form-action " + forms,
            "frame-ancestors 'none'");
  }

  /** Adds it to a response that was not sent yet. */
  public void set(ServerResponse response) {
    response.header(REFERRER, referrer).header(POLICY, policy);
  }
}
