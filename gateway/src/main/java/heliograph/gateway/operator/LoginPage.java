package heliograph.gateway.operator;

import heliograph.gateway.crypto.Sha256;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The pages of the login. They need no script, and their policy allows none. What others chose is
 * escaped. Any thread.
 */
final class LoginPage {
  // The colours are those of the console.
  private static final String STYLE =
      """
      :root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;\
      --ground:light-dark(#f5f4f0,#12151c);--card:light-dark(#fff,#1a1f29);--ink:light-dark(#1c2230,#e8eaf0);\
      --line:light-dark(#dcdad2,#2e3543);--edge:light-dark(#85898f,#667086);--accent:light-dark(#8a4b00,#f2b04c);\
      --on-accent:light-dark(#fff,#1c1405);--bad:light-dark(#a82a21,#ff9a8f)}
      body{margin:0;padding:12vh 1rem 1rem;background:var(--ground);color:var(--ink);overflow-wrap:anywhere}
      main{max-width:22rem;margin:auto;padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:.8rem}
      h1{margin:.6rem 0 1rem;font-size:1.2rem;letter-spacing:-.01em}
      form,p{margin:1rem 0 0}
      label{display:block;font-size:.875rem}
      input,button,.button{box-sizing:border-box;display:block;width:100%;margin:.3rem 0 .7rem;\
      padding:.55rem;font:inherit;text-align:center;border:1px solid var(--edge);border-radius:.4rem}
      input{text-align:left;background:var(--ground);color:inherit}
      button,.button{border-color:var(--accent);background:var(--accent);color:var(--on-accent);\
      font-weight:600;text-decoration:none;cursor:pointer}
      :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
      [role=alert]{border-left:3px solid var(--bad);padding-left:.7rem;color:var(--bad)}
      """;

  private static final String MARK =
      """
      <svg width="36" height="36" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#1d2433"/>\
      <circle cx="11" cy="21" r="5" fill="#f2b04c"/><g fill="none" stroke="#f2b04c" stroke-width="2.6" stroke-linecap="round">\
      <path d="M11 11.5a9.5 9.5 0 0 1 9.5 9.5"/><path d="M11 5.5a15.5 15.5 0 0 1 15.5 15.5" opacity=".55"/></g></svg>
      """;

  private static final HeaderName POLICY = HeaderNames.create("Content-Security-Policy");
  private static final HeaderName REFERRER = HeaderNames.create("Referrer-Policy");
  private static final HeaderName SNIFFING = HeaderNames.create("X-Content-Type-Options");
  private static final String ONLY_OWN =
      "default-src 'none'; style-src 'sha256-"
          + Base64.getEncoder().encodeToString(Sha256.of(STYLE))
          + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private final StringBuilder body = new StringBuilder();
  private String head = "";

  private LoginPage() {}

  static LoginPage titled(String title) {
    LoginPage page = new LoginPage();
    page.body.append("<h1>").append(escaped(title)).append("</h1>\n");
    return page;
  }

  LoginPage says(String text) {
    body.append("<p>").append(escaped(text)).append("</p>\n");
    return this;
  }

  /** Says what went wrong. */
  LoginPage warns(String text) {
    body.append("<p role=\"alert\">").append(escaped(text)).append("</p>\n");
    return this;
  }

  LoginPage link(String to, String text) {
    body.append("<p><a class=\"button\" href=\"")
        .append(escaped(to))
        .append("\">")
        .append(escaped(text))
        .append("</a></p>\n");
    return this;
  }

  LoginPage tokenForm(String to) {
    body.append("<form method=\"post\" action=\"")
        .append(escaped(to))
        .append(
            """
            ">
            <label for="token">Token</label>
            <input id="token" name="token" type="password" autocomplete="current-password" required>
            <button>Log in</button>
            </form>
            """);
    return this;
  }

  LoginPage button(String to, String text) {
    body.append("<form method=\"post\" action=\"")
        .append(escaped(to))
        .append("\"><button>")
        .append(escaped(text))
        .append("</button></form>\n");
    return this;
  }

  /**
   * Goes on to another page at once, as if a link of this page was followed. A redirection would
   * count as a part of what led here: a browser that comes from another site would leave out
   * cookies that are for this site alone, and one that has sent a form would let it go to no other
   * site.
   */
  LoginPage goesOn(String to, String text) {
    head = "<meta http-equiv=\"refresh\" content=\"0;url=" + escaped(to) + "\">\n";
    return link(to, text);
  }

  private static String escaped(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }

  void send(ServerResponse response, Status status) {
    byte[] bytes = bytes(response.headers(), status);
    response.status(status).send(bytes);
  }

  /** Sets the fields that it goes with; its bytes. */
  byte[] bytes(ServerResponseHeaders headers, Status status) {
    headers.set(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
    headers.set(HeaderNames.CACHE_CONTROL, "no-store");
    headers.set(POLICY, ONLY_OWN);
    headers.set(SNIFFING, "nosniff");
    // With no-referrer a browser would send "Origin: null" with the forms, which are refused.
    headers.set(REFERRER, "same-origin");
    if (status.code() == Status.UNAUTHORIZED_401.code()) {
      headers.set(HeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Heliograph: log in</title>
    %s<style>%s</style>
    </head>
    <body>
    <main>
    %s%s</main>
    </body>
    </html>
    """
        .formatted(head, STYLE, MARK, body)
        .getBytes(StandardCharsets.UTF_8);
  }
}
