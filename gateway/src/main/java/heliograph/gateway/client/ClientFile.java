package heliograph.gateway.client;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * One file of the client library, with all that is told of it. Its bytes are only read. Any thread.
 */
final class ClientFile {
  /** The header that tells where the types of a script are, for Deno. */
  static final HeaderName TYPES = HeaderNames.create("X-TypeScript-Types");

  // The first ending that fits counts. Declarations have no media type that browsers show.
  private static final List<Map.Entry<String, String>> MEDIA_TYPES =
      List.of(
          Map.entry(".d.ts", "text/plain; charset=utf-8"),
          Map.entry(".js", "text/javascript; charset=utf-8"),
          Map.entry("", "application/json"));

  private static final int VERSION = 12;

  private final String name;
  private final byte[] bytes;
  private final byte[] gzipped;
  private final byte[] hash;

  private ClientFile(String name, byte[] bytes) {
    this.name = name;
    this.bytes = bytes;
    this.gzipped = gzip(bytes);
    this.hash = sha384().digest(bytes);
  }

  static ClientFile of(String name, byte[] bytes) {
    return new ClientFile(name, bytes);
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

  private static MessageDigest sha384() {
    try {
      return MessageDigest.getInstance("SHA-384");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK has no SHA-384", e);
    }
  }

  /** A text that is another one as soon as one of these files is. */
  static String version(List<ClientFile> files) {
    MessageDigest all = sha384();
    files.forEach(file -> all.update(file.hash));
    return HexFormat.of().formatHex(all.digest()).substring(0, VERSION);
  }

  String name() {
    return name;
  }

  byte[] bytes() {
    return bytes;
  }

  byte[] gzipped() {
    return gzipped;
  }

  boolean isSmallerInGzip() {
    return gzipped.length < bytes.length;
  }

  /** The hash as a page has it in {@code integrity} (Subresource Integrity, section 3.1). */
  String integrity() {
    return "sha384-" + Base64.getEncoder().encodeToString(hash);
  }

  /**
   * The entity tag of its bytes, or of those in gzip, which are others (RFC 9110, section 8.8.3).
   */
  String tag(boolean gzip) {
    String start = HexFormat.of().formatHex(hash).substring(0, VERSION * 2);
    return '"' + start + (gzip ? "-gzip" : "") + '"';
  }

  /** The media type. */
  String type() {
    return MEDIA_TYPES.stream()
        .filter(it -> name.endsWith(it.getKey()))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  /** Where its types are, from where it is itself; empty if it is no script. */
  Optional<String> types() {
    return name.endsWith(".js")
        ? Optional.of("./" + name.replaceFirst("js$", "d.ts"))
        : Optional.empty();
  }
}
