package heliograph.log.disk;

import heliograph.contract.Event;
import heliograph.contract.Tenant;
import heliograph.relay.Published;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Makes the keys of the store. Numbers in them are big-endian, so that the store's order of bytes
 * is their order: a tenant's events lie together, and dedup entries lie in the order of their age.
 */
final class Keys {
  static final byte[] EPOCH = "epoch".getBytes(StandardCharsets.UTF_8);
  static final byte[] BOOT = "boot".getBytes(StandardCharsets.UTF_8);
  static final byte[] DEDUP_BUCKET = "dedup-bucket".getBytes(StandardCharsets.UTF_8);
  static final byte[] DEDUP_PUBLISHERS = "dedup-publishers".getBytes(StandardCharsets.UTF_8);
  static final byte[] TENANTS = "tenant/".getBytes(StandardCharsets.UTF_8);
  static final byte[] NEXT_TENANT = "next-tenant".getBytes(StandardCharsets.UTF_8);
  static final byte[] DEPARTED = "departed/".getBytes(StandardCharsets.UTF_8);
  static final byte[] FLOOR = "floor".getBytes(StandardCharsets.UTF_8);

  // With 128 bits, the chance that two of a billion dedup keys share a hash is below 1 in 10^20.
  private static final int HASH_BYTES = 16;

  private Keys() {}

  static byte[] event(int tenant, long sequence) {
    return ByteBuffer.allocate(Integer.BYTES + Long.BYTES).putInt(tenant).putLong(sequence).array();
  }

  static int tenantOf(byte[] eventKey) {
    return ByteBuffer.wrap(eventKey).getInt();
  }

  static long sequenceOf(byte[] eventKey) {
    return ByteBuffer.wrap(eventKey).getLong(Integer.BYTES);
  }

  static byte[] tenant(Tenant tenant) {
    return named(TENANTS, tenant);
  }

  static byte[] departed(Tenant tenant) {
    return named(DEPARTED, tenant);
  }

  private static byte[] named(byte[] prefix, Tenant tenant) {
    byte[] name = tenant.name().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(prefix.length + name.length).put(prefix).put(name).array();
  }

  static boolean hasPrefix(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  static Tenant tenantNamed(byte[] key, byte[] prefix) {
    return new Tenant(
        new String(key, prefix.length, key.length - prefix.length, StandardCharsets.UTF_8));
  }

  /** The key at which the dedup entries of a bucket of time begin. */
  static byte[] bucket(long bucket) {
    return ByteBuffer.allocate(Long.BYTES).putLong(bucket).array();
  }

  static byte[] seen(long bucket, int tenant, byte[] hash) {
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + HASH_BYTES)
        .putLong(bucket)
        .putInt(tenant)
        .put(hash)
        .array();
  }

  /** The hash of an event's dedup key: its publisher, source and id. The tenant is not in it. */
  static byte[] hash(Published published) {
    MessageDigest sha = sha();
    update(sha, published.publisher());
    return hash(sha, published.event());
  }

  /** The hash of an event's source and id, as in logs from before publishers were in dedup keys. */
  static byte[] namelessHash(Event event) {
    return hash(sha(), event);
  }

  private static byte[] hash(MessageDigest sha, Event event) {
    update(sha, event.source());
    return Arrays.copyOf(sha.digest(event.id().getBytes(StandardCharsets.UTF_8)), HASH_BYTES);
  }

  private static void update(MessageDigest sha, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    // The length comes first, or the end of one text could count as the beginning of the next.
    sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    sha.update(bytes);
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
