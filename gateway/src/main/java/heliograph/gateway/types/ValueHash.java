package heliograph.gateway.types;

import heliograph.contract.Tenant;
import heliograph.gateway.crypto.Hmac;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.spec.SecretKeySpec;

/**
 * What hashed values are shown as: HMAC-SHA256 (RFC 2104) with a key that only the relay knows. The
 * tenant goes in first, so that one tenant cannot tell which of its values another has too. Any
 * thread.
 */
public final class ValueHash {
  private static final int KEY_BYTES = 32;

  private final SecretKeySpec key;

  private ValueHash(byte[] key) {
    this.key = new SecretKeySpec(key, Hmac.ALGORITHM);
  }

  /** With a key that stays the same over restarts and for several relays. */
  public static ValueHash with(String secret) {
    return new ValueHash(secret.getBytes(StandardCharsets.UTF_8));
  }

  /** With a key of this process's own. */
  static ValueHash random() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return new ValueHash(key);
  }

  /** In hex. */
  public String of(Tenant tenant, byte[] value) {
    // No tenant's name has a NUL, so no two pairs of tenant and value run together.
    return HexFormat.of().formatHex(Hmac.sign(key, tenant.name() + "\0", value));
  }
}
