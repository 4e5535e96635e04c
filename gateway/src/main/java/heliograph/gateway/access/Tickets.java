package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import heliograph.gateway.crypto.Hmac;
import heliograph.gateway.identity.SignedToken;
import heliograph.gateway.json.JsonForm;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sells and takes tickets: short-lived proofs, good for one stream, for clients that cannot set a
 * header. A ticket holds the claims it was bought with, signed with HMAC-SHA256 (RFC 2104), so that
 * any relay with the same secret takes it; remembered is only that one was used, until its time is
 * over. Any thread.
 */
final class Tickets {
  /** How long a ticket is good. */
  static final Duration LIFE = Duration.ofSeconds(30);

  /** The most used tickets that are remembered; beyond, none is taken until some have run out. */
  static final int MAX_USED = 100_000;

  /** The longest ticket, in characters: it has to fit where a token does. */
  static final int MAX_LENGTH = SignedToken.MAX_LENGTH;

  /** The fewest characters of a secret: RFC 8725 section 3.5 wants what the hash has, 256 bits. */
  static final int MIN_SECRET = 32;

  // What is signed for one end must mean nothing at another, whoever else has the secret.
  private static final String PURPOSE = "heliograph ticket 1.";
  private static final int ID_BYTES = 16;
  private static final int KEY_BYTES = 32;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final List<SecretKeySpec> keys;
  private final InstantSource clock;
  private final long began;
  private final SecureRandom random = new SecureRandom();

  // Guarded by itself: ids in the order of their use, and when each may be forgotten.
  private final Map<String, Long> used = new LinkedHashMap<>();
  private long latest; // guarded by used

  /**
   * @param secrets the first signs, all are accepted; none for one of this process's own
   */
  Tickets(List<String> secrets, InstantSource clock) {
    this.clock = clock;
    this.began = clock.millis();
    this.keys =
        secrets.isEmpty()
            ? List.of(key(randomBytes(KEY_BYTES)))
            : secrets.stream().map(it -> key(it.getBytes(StandardCharsets.UTF_8))).toList();
  }

  private byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static SecretKeySpec key(byte[] secret) {
    return new SecretKeySpec(secret, Hmac.ALGORITHM);
  }

  /**
   * A ticket for who has these claims.
   *
   * @param asked what the ticket is to be good for, at most; the claims narrow it
   * @throws RelayException NOT_ALLOWED for a topic of which the claims allow nothing, TOO_LARGE if
   *     it were over {@link #MAX_LENGTH}
   */
  String sell(Claims claims, List<TopicPattern> asked) {
    long now = clock.millis();
    TicketText text =
        TicketText.of(
            ENCODER.encodeToString(randomBytes(ID_BYTES)),
            now,
            now + LIFE.toMillis(),
            new Claims(
                claims.subject(),
                claims.tenant(),
                claims.roles(),
                narrowed(claims, asked),
                claims.expires(),
                claims.proof()));
    String content = ENCODER.encodeToString(utf8(JsonForm.write(text)));
    String ticket = content + "." + ENCODER.encodeToString(signature(keys.getFirst(), content));
    if (ticket.length() > MAX_LENGTH) {
      throw new RelayException(
          ErrorCode.TOO_LARGE,
          "the ticket would be over " + MAX_LENGTH + " characters: ask for fewer topics");
    }
    return ticket;
  }

  private static List<TopicPattern> narrowed(Claims claims, List<TopicPattern> asked) {
    List<TopicPattern> narrowed = new ArrayList<>();
    for (TopicPattern topic : asked) {
      List<TopicPattern> both =
          claims.topics().stream().flatMap(own -> own.narrowed(topic).stream()).toList();
      if (both.isEmpty()) {
        throw new RelayException(
            ErrorCode.NOT_ALLOWED, "topic: " + topic + " is not one this token may see");
      }
      narrowed.addAll(both);
    }
    return narrowed.stream().distinct().toList();
  }

  /** Half of a surrogate pair would become another character, and one subject another. */
  private static byte[] utf8(String text) {
    try {
      var bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      return copy;
    } catch (CharacterCodingException _) {
      throw new RelayException(ErrorCode.BAD_TOKEN, "a claim of the token is not Unicode");
    }
  }

  /**
   * What a ticket says that is good. It stays so until it is {@link #use used}.
   *
   * @throws RelayException BAD_TOKEN if it is none of ours, altered, used or too old, or was sold
   *     before this process began, which cannot know of its use; EXPIRED_TOKEN if the token that
   *     bought it is over; IDENTITY_UNAVAILABLE while too many were used
   */
  TicketText look(String ticket) {
    int dot = ticket.lastIndexOf('.');
    if (dot < 0
        || ticket.length() > MAX_LENGTH
        || !isSigned(ticket.substring(0, dot), ticket.substring(dot + 1))) {
      throw refused();
    }
    byte[] json = Base64.getUrlDecoder().decode(ticket.substring(0, dot));
    TicketText text = JsonForm.read(json, TicketText.class);
    synchronized (used) {
      check(text);
    }
    if (!clock.instant().isBefore(text.claims().expires())) {
      throw new RelayException(ErrorCode.EXPIRED_TOKEN, "the time of the ticket's token is over");
    }
    return text;
  }

  /** Compared as texts: base64 has several that mean the same bytes, and only one is ours. */
  private boolean isSigned(String content, String signature) {
    byte[] given = signature.getBytes(StandardCharsets.UTF_8);
    boolean signed = false;
    for (SecretKeySpec key : keys) {
      signed |= MessageDigest.isEqual(ENCODER.encode(signature(key, content)), given);
    }
    return signed;
  }

  private static byte[] signature(SecretKeySpec key, String content) {
    return Hmac.sign(key, PURPOSE, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Uses a ticket up; of several that have looked at it, one.
   *
   * @throws RelayException BAD_TOKEN if somebody else has used it, or it is too old by now;
   *     IDENTITY_UNAVAILABLE while too many were used
   */
  void use(TicketText text) {
    synchronized (used) {
      check(text);
      // At least as long as the ticket lasts, and in the order of the map.
      used.put(text.id(), Math.max(latest + LIFE.toMillis(), text.until()));
    }
  }

  /** Whether it could be used now. Called with {@code used} locked. */
  private void check(TicketText text) {
    // A clock that is set back must not make good again what was forgotten.
    latest = Math.max(latest, clock.millis());
    forget();
    if (text.sold() < began || text.until() <= latest || used.containsKey(text.id())) {
      throw refused();
    }
    if (used.size() >= MAX_USED) {
      throw RelayException.retryAfter(
          ErrorCode.IDENTITY_UNAVAILABLE, "too many tickets are being used", LIFE);
    }
  }

  private void forget() {
    Iterator<Long> ends = used.values().iterator();
    while (ends.hasNext() && ends.next() <= latest) {
      ends.remove();
    }
  }

  /** How many tickets are remembered. */
  int remembered() {
    synchronized (used) {
      return used.size();
    }
  }

  /** One answer for all: what is wrong with a ticket is for nobody to find out by trying. */
  private static RelayException refused() {
    return new RelayException(
        ErrorCode.BAD_TOKEN, "the ticket is not one of ours, or was used, or its time is over");
  }
}
