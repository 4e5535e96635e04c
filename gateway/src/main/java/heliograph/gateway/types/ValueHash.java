package heliograph.gateway.types;

import heliograph.contract.Tenant;
import heliograph.gateway.crypto.Hmac;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.spec.SecretKeySpec;

/**
 * Hashes the values that masks hide, by HMAC-SHA256 (RFC 2104) with a key that only the relay
 * knows. The tenant is hashed first, so that one tenant cannot tell which of its values another has
 * too. Any thread.
 */
public final class ValueHash {
  private static final int KEY_BYTES = 32;

  private final SecretKeySpec key;

  private ValueHash(byte[] key) {
    this.key = new SecretKeySpec(key, Hmac.ALGORITHM);
  }

  /** Makes a hash with a key that is the same after restarts and in several relays. */
  public static ValueHash with(String secret) {
    return new ValueHash(secret.getBytes(StandardCharsets.UTF_8));
  }

  /** Makes a hash with a random key of this process. */
  static ValueHash random() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return new ValueHash(key);
  }

  /** The hash of a tenant's value, in hexadecimal. */
  public String of(Tenant tenant, byte[] value) {
    // No tenant's name has a NUL, so two different pairs of tenant and value are never the same
    // bytes.
    return HexFormat.of().formatHex(Hmac.sign(key, tenant.name() + "\0", value));
  }
}
