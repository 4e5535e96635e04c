package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * The scheme {@code token}: a static key as {@code Authorization: Bearer}, for a curl line and for
 * callers that cannot sign. Keys are kept and compared as hashes. Any thread.
 */
final class StaticToken implements Scheme {
  static final int MIN_LENGTH = 16;

  private static final String BEARER = "Bearer ";

  private final List<byte[]> hashes;

  private StaticToken(List<byte[]> hashes) {
    this.hashes = hashes;
  }

  /**
   * @throws IllegalArgumentException for a key that is easily guessed; without the key in it
   */
  static StaticToken of(List<String> secrets) {
    if (secrets.stream().anyMatch(secret -> secret.length() < MIN_LENGTH)) {
      throw new IllegalArgumentException("a token has at least " + MIN_LENGTH + " characters");
    }
    return new StaticToken(secrets.stream().map(StaticToken::hash).toList());
  }

  @Override
  public String verify(Headers headers, byte[] body) {
    String authorization = headers.first(HeaderNames.AUTHORIZATION).orElse("");
    byte[] given =
        authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
            ? hash(authorization.substring(BEARER.length()).trim())
            : new byte[0];
    boolean right = false;
    for (byte[] hash : hashes) {
      right |= MessageDigest.isEqual(hash, given);
    }
    if (!right) {
      throw new RelayException(
          ErrorCode.BAD_SIGNATURE, "the publisher is unknown or the signature is wrong");
    }
    return "";
  }

  private static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
