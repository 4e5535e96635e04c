package heliograph.gateway.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * A file that is the same for everybody and as long as the relay runs, with all that is told of it.
 * Its bytes are only read. Any thread.
 */
public final class StaticFile {
  // The first ending that fits counts. Declarations have no media type that browsers show.
  private static final List<Map.Entry<String, String>> MEDIA_TYPES =
      List.of(
          Map.entry(".d.ts", "text/plain; charset=utf-8"),
          Map.entry(".js", "text/javascript; charset=utf-8"),
          Map.entry(".css", "text/css; charset=utf-8"),
          Map.entry(".html", "text/html; charset=utf-8"),
          Map.entry(".md", "text/plain; charset=utf-8"),
          Map.entry(".svg", "image/svg+xml"),
          Map.entry(".yaml", "application/yaml"),
          Map.entry("", "application/json"));

  private static final int TAG = 24;

  private final String name;
  private final byte[] bytes;
  private final byte[] gzipped;
  private final byte[] hash;

  private StaticFile(String name, byte[] bytes) {
    this.name = name;
    this.bytes = bytes;
    this.gzipped = gzip(bytes);
    this.hash = sha384().digest(bytes);
  }

  /** A file of these bytes; what it is, its name's ending says. */
  public static StaticFile of(String name, byte[] bytes) {
    return new StaticFile(name, bytes);
  }

  /**
   * Reads a file from the jars; not on a virtual thread.
   *
   * @return the file, or empty where this build has none
   */
  public static Optional<StaticFile> read(String folder, String name) {
    try (InputStream file = StaticFile.class.getResourceAsStream(folder + name)) {
      return file == null ? Optional.empty() : Optional.of(of(name, file.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A hash that has taken nothing yet. */
  public static MessageDigest sha384() {
    try {
      return MessageDigest.getInstance("SHA-384");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK has no SHA-384", e);
    }
  }

  /** Its name, without a folder. */
  public String name() {
    return name;
  }

  /** How many bytes it has. */
  public int length() {
    return bytes.length;
  }

  /** The SHA-384 hash of its bytes. */
  public byte[] hash() {
    return hash.clone();
  }

  /**
   * Sends it, in gzip to who takes that, and only to who does not have it.
   *
   * @param caching what {@code Cache-Control} says
   */
  public void send(ServerRequest request, ServerResponse response, String caching) {
    boolean gzip =
        gzipped.length < bytes.length
            && AcceptEncoding.gzip(request.headers().all(HeaderNames.ACCEPT_ENCODING, List::of));
    response.headers().add(HeaderNames.VARY, HeaderNames.ACCEPT_ENCODING.defaultCase());
    response
        .header(HeaderNames.CACHE_CONTROL, caching)
        .header(HeaderNames.CONTENT_TYPE, type())
        .header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
    if (gzip) {
      response.header(HeaderNames.CONTENT_ENCODING, "gzip");
    }
    Conditional.send(request, response, tag(gzip), gzip ? gzipped : bytes);
  }

  /**
   * The entity tag of its bytes, or of those in gzip, which are others (RFC 9110, section 8.8.3).
   */
  private String tag(boolean gzip) {
    String start = HexFormat.of().formatHex(hash).substring(0, TAG);
    return '"' + start + (gzip ? "-gzip" : "") + '"';
  }

  private String type() {
    return MEDIA_TYPES.stream()
        .filter(it -> name.endsWith(it.getKey()))
        .findFirst()
        .orElseThrow()
        .getValue();
  }
}
