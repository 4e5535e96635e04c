package heliograph.gateway.scheme;

import heliograph.gateway.crypto.Ed25519;
import heliograph.gateway.crypto.Hmac;
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
public final class StandardWebhooks implements Scheme {
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

    /** All three are by one of the names: a mix has a part that nobody meant to sign. */
    static Names in(Headers headers) {
      return SVIX.anyIn(headers) && !STANDARD.anyIn(headers) ? SVIX : STANDARD;
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
  public void checkProof(HookRequest request, byte[] body) {
    Headers headers = request.headers();
    Names names = Names.in(headers);
    String id = Scheme.one(headers, names.id());
    if (!ID_SYNTAX.matcher(id).matches()) {
      throw Scheme.refused(fault(headers, names.id(), "is no id"));
    }
    String timestamp = seconds(headers, names);
    Signatures signatures = Signatures.of(Scheme.one(headers, names.signature()));
    if (!signed(id + "." + timestamp + ".", body, signatures)) {
      boolean any = keys.stream().anyMatch(key -> !signatures.of(key).isEmpty());
      throw Scheme.refused(
          any
              ? NO_SECRET
              : fault(headers, names.signature(), "has no signature of a version of the secrets"));
    }
  }

  private static String seconds(Headers headers, Names names) {
    String timestamp = Scheme.one(headers, names.timestamp());
    if (!SECONDS.matcher(timestamp).matches()) {
      throw Scheme.refused(fault(headers, names.timestamp(), "has no time in seconds"));
    }
    return timestamp;
  }

  /** What is wrong with a header whose value is not fit. */
  private static String fault(Headers headers, HeaderName name, String unfit) {
    if (Scheme.one(headers, name).isEmpty()) {
      String mixed = STANDARD.anyIn(headers) && SVIX.anyIn(headers) ? ", beside svix- headers" : "";
      return Scheme.lack(headers, name) + mixed;
    }
    return name.lowerCase() + ": " + unfit;
  }

  @Override
  public boolean checkAge(HookRequest request) {
    Names names = Names.in(request.headers());
    Instant signed = Instant.ofEpochSecond(Long.parseLong(seconds(request.headers(), names)));
    Scheme.checkTime(names.timestamp(), signed, TOLERANCE, clock);
    return true;
  }

  @Override
  public String nextDelivery(HookRequest request, byte[] body) {
    return Scheme.one(request.headers(), Names.in(request.headers()).id());
  }

  private boolean signed(String before, byte[] body, Signatures signatures) {
    boolean right = false;
    for (Key key : keys) {
      if (key instanceof PublicKey known) {
        for (byte[] signature : signatures.asymmetric()) {
          right |= Ed25519.verify(known, before, body, signature);
        }
      } else {
        byte[] expected = Hmac.sign(key, before, body);
        for (byte[] signature : signatures.symmetric()) {
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
  public Map<HeaderName, String> headers(String id, Instant at, byte[] body) {
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

  /** The signatures of a request, by the kind of their keys. */
  private record Signatures(List<byte[]> symmetric, List<byte[]> asymmetric) {
    /** Reads the list; entries of other versions are skipped, as the standard has it. */
    static Signatures of(String header) {
      Signatures read = new Signatures(new ArrayList<>(), new ArrayList<>());
      for (String entry : header.split(" ", MAX_SIGNATURES + 1)) {
        boolean known = entry.startsWith(SYMMETRIC) || entry.startsWith(ASYMMETRIC);
        if (known && read.symmetric.size() + read.asymmetric.size() < MAX_SIGNATURES) {
          List<byte[]> list = entry.startsWith(SYMMETRIC) ? read.symmetric : read.asymmetric;
          try {
            list.add(Base64.getDecoder().decode(entry.substring(entry.indexOf(',') + 1)));
          } catch (IllegalArgumentException _) {
            // Not base64, so it matches no key.
          }
        }
      }
      return read;
    }

    List<byte[]> of(Key key) {
      return key instanceof PublicKey ? asymmetric : symmetric;
    }
  }
}
