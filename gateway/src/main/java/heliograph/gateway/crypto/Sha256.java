package heliograph.gateway.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** SHA-256 (FIPS 180-4), with the JDK's own. Any thread. */
public final class Sha256 {
  private Sha256() {}

  /** The hash of bytes, in hexadecimal. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(of(bytes));
  }

  /** The hash of a text in UTF-8. */
  public static byte[] of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The hash of bytes. */
  public static byte[] of(byte[] bytes) {
    return start().digest(bytes);
  }

  /** The hash of a list of texts, some of which are not there; no two lists are hashed alike. */
  public static byte[] of(List<Optional<String>> texts) {
    MessageDigest sha = start();
    for (Optional<String> text : texts) {
      byte[] bytes = text.orElse("").getBytes(StandardCharsets.UTF_8);
      // The length first, or one text could end where another begins; below zero for none.
      int length = text.isPresent() ? bytes.length : -1;
      sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, length));
      sha.update(bytes);
    }
    return sha.digest();
  }

  private static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
