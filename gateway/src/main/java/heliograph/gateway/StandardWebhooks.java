package heliograph.gateway;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.security.Key;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;

/**
 * The scheme {@code standard-webhooks}: Standard Webhooks 1.0.0, over {@code id.timestamp.body},
 * with version v1, HMAC-SHA256, and version v1a, Ed25519. Several keys are tried against every
 * signature of the list, so that both sides can rotate them; a key is of one version, and never
 * tried against signatures of the other. Any thread.
 */
final class StandardWebhooks implements Scheme {
  /** The most signatures of one request that are looked at. */
  static final int MAX_SIGNATURES = 16;

  /** The three headers of a request, under one of the names that they have. */
  private record Names(HeaderName id, HeaderName timestamp, HeaderName signature) {
    static Names of(String family) {
      return new Names(
          HeaderNames.create(family + "-id"),
          HeaderNames.create(family + "-timestamp"),
          HeaderNames.create(family + "-signature"));
    }

    boolean anyIn(Headers headers) {
      return headers.contains(id) || headers.contains(timestamp) || headers.contains(signature);
    }
  }

  private static final Names STANDARD = Names.of("webhook");

  // Of the sender that the standard comes from, and of all who send by it.
  private static final Names SVIX = Names.of("svix");

  /** The headers that have signatures. */
  static final Set<HeaderName> SIGNATURES = Set.of(STANDARD.signature(), SVIX.signature());

  // A dot would make the signed text ambiguous; the rest keeps the id fit to be an event's id.
  private static final Pattern ID_SYNTAX = Pattern.compile("[!-~&&[^.]]{1,240}");
  private static final String SECRET = "whsec_";
  private static final String PUBLIC_KEY = "whpk_";
  private static final String SYMMETRIC = "v1,";
  private static final String ASYMMETRIC = "v1a,";
  private static final int MIN_KEY = 24;
  private static final int MAX_KEY = 64;

  private final List<Key> keys;
  private final InstantSource clock;

  StandardWebhooks(List<? extends Key> keys, InstantSource clock) {
    this.keys = List.copyOf(keys);
    this.clock = clock;
  }

  /**
   * @param secrets 24 to 64 bytes in base64, with or without the prefix {@code whsec_}; or the
   *     publisher's public key, 32 bytes in base64 behind {@code whpk_}
   * @throws IllegalArgumentException for any other secret; without the secret in it
   */
  static StandardWebhooks of(List<String> secrets) {
    return new StandardWebhooks(
        secrets.stream().map(StandardWebhooks::key).toList(), InstantSource.system());
  }

  static Key key(String secret) {
    if (secret.startsWith(PUBLIC_KEY)) {
      return Ed25519.key(decoded(secret.substring(PUBLIC_KEY.length())));
    }
    byte[] key = decoded(secret.startsWith(SECRET) ? secret.substring(SECRET.length()) : secret);
    if (key.length < MIN_KEY || key.length > MAX_KEY) {
      throw new IllegalArgumentException(
          "a secret holds %d to %d bytes in base64".formatted(MIN_KEY, MAX_KEY));
    }
    return new SecretKeySpec(key, Hmac.ALGORITHM);
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("a secret is whsec_ or whpk_ and base64");
    }
  }

  @Override
  public String verify(HookRequest request, byte[] body) {
    Headers headers = request.headers();
    // All three by one of the names: a mix has a part that nobody meant to sign.
    Names names = STANDARD.anyIn(headers) ? STANDARD : SVIX;
    String id = Scheme.one(headers, names.id());
    String timestamp = Scheme.one(headers, names.timestamp());
    String signatures = Scheme.one(headers, names.signature());
    if (!ID_SYNTAX.matcher(id).matches() || !SECONDS.matcher(timestamp).matches()) {
      throw Scheme.refused();
    }
    if (!signed(id + "." + timestamp + ".", body, signatures)) {
      throw Scheme.refused();
    }
    Instant signed = Instant.ofEpochSecond(Long.parseLong(timestamp));
    Scheme.checkTime(names.timestamp(), signed, TOLERANCE, clock);
    return id;
  }

  private boolean signed(String before, byte[] body, String signatures) {
    List<byte[]> symmetric = new ArrayList<>();
    List<byte[]> asymmetric = new ArrayList<>();
    read(signatures, symmetric, asymmetric);
    boolean right = false;
    for (Key key : keys) {
      if (key instanceof PublicKey known) {
        for (byte[] signature : asymmetric) {
          right |= Ed25519.verify(known, before, body, signature);
        }
      } else {
        byte[] expected = Hmac.sign(key, before, body);
        for (byte[] signature : symmetric) {
          right |= MessageDigest.isEqual(expected, signature);
        }
      }
    }
    return right;
  }

  /**
   * The headers with which a sender that has the first secret signs a delivery.
   *
   * @throws IllegalStateException if that is a public key
   */
  Map<HeaderName, String> headers(String id, Instant at, byte[] body) {
    if (keys.getFirst() instanceof PublicKey) {
      throw new IllegalStateException("nobody signs with a public key");
    }
    String timestamp = Long.toString(at.getEpochSecond());
    byte[] signature = Hmac.sign(keys.getFirst(), id + "." + timestamp + ".", body);
    return Map.of(
        STANDARD.id(), id,
        STANDARD.timestamp(), timestamp,
        STANDARD.signature(), SYMMETRIC + Base64.getEncoder().encodeToString(signature));
  }

  /** Reads the list; entries of other versions are skipped, as the standard has it. */
  private static void read(String signatures, List<byte[]> symmetric, List<byte[]> asymmetric) {
    for (String entry : signatures.split(" ", MAX_SIGNATURES + 1)) {
      boolean known = entry.startsWith(SYMMETRIC) || entry.startsWith(ASYMMETRIC);
      if (known && symmetric.size() + asymmetric.size() < MAX_SIGNATURES) {
        List<byte[]> list = entry.startsWith(SYMMETRIC) ? symmetric : asymmetric;
        try {
          list.add(Base64.getDecoder().decode(entry.substring(entry.indexOf(',') + 1)));
        } catch (IllegalArgumentException _) {
          // Not base64, so it matches no key.
        }
      }
    }
  }
}
