package heliograph.gateway.wire;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first line of a request (RFC 9112 section 3), put into the one form that Helidon takes: with
 * the version HTTP/1.1, and a target that begins with a slash.
 *
 * @param text the line in that form
 * @param authority the host of a target in absolute form, which replaces that of {@code Host}
 *     (section 3.2.2); empty if the target has none
 * @param old whether the client speaks HTTP/1.0, and so can neither be kept connected nor sent
 *     chunks
 */
record RequestLine(String text, String authority, boolean old) {
  private static final Pattern FORM = Pattern.compile("([^ ]*) ([^ ]*) ([^ ]*)");
  private static final Pattern METHOD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");
  private static final Pattern TARGET = Pattern.compile("[!-~]+");
  private static final Pattern ABSOLUTE =
      Pattern.compile("https?://([^/?#]+)(.*)", Pattern.CASE_INSENSITIVE);

  /**
   * Reads the bytes of a first line.
   *
   * @throws io.helidon.http.RequestException saying what is wrong with it
   */
  static RequestLine of(byte[] bytes) {
    Matcher line = FORM.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    if (!line.matches()) {
      throw Malformed.refused(
          "the request line has to be a method, a target and a version, with one blank between");
    }
    String version = line.group(3);
    if (!VERSION.matcher(version).matches()) {
      throw Malformed.refused("the request line has to end with a version such as HTTP/1.1");
    }
    // A client of a later minor version is answered as one of HTTP/1.1 (RFC 9110 section 2.5).
    if (!version.startsWith("HTTP/1.")) {
      throw Malformed.refused("the version has to be HTTP/1.1, or HTTP/1.0");
    }
    if (!METHOD.matcher(line.group(1)).matches()) {
      throw Malformed.refused("the method has a character that no method may have");
    }
    if (!TARGET.matcher(line.group(2)).matches()) {
      throw Malformed.refused("the target has a character that has to be escaped, as by %20");
    }
    return of(line.group(1), line.group(2), version.endsWith("0"));
  }

  private static RequestLine of(String method, String target, boolean old) {
    Matcher absolute = ABSOLUTE.matcher(target);
    if (!absolute.matches()) {
      return new RequestLine(method + " " + target + " HTTP/1.1", "", old);
    }
    String rest = absolute.group(2);
    String path = rest.startsWith("/") ? rest : "/" + rest;
    return new RequestLine(method + " " + path + " HTTP/1.1", absolute.group(1), old);
  }
}
