package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import heliograph.gateway.crypto.Hmac;
import heliograph.gateway.identity.SignedToken;
import heliograph.gateway.json.JsonForm;
import heliograph.gateway.wire.Shares;
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
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sells and takes tickets: short-lived proofs, good for one stream, for clients that cannot set a
 * header. A ticket holds the claims of the token that bought it, signed with HMAC-SHA256 (RFC
 * 2104), so that any relay with the same secret takes it. The relay remembers only that a ticket
 * was used, until its time is over. Any thread.
 */
final class Tickets {
  /** How long a ticket is good. */
  static final Duration LIFE = Duration.ofSeconds(30);

  /**
   * The most used tickets that are remembered. Tenants share them, and the subjects of each;
   * whoever has its {@link Shares share} can use no ticket until some have expired.
   */
  static final int MAX_USED = 100_000;

  /** The longest ticket, in characters; it has to fit where a token does. */
  static final int MAX_LENGTH = SignedToken.MAX_LENGTH;

  /**
   * The fewest characters of a secret: RFC 8725, section 3.5, asks for as many bits as the hash
   * has, 256.
   */
  static final int MIN_SECRET = 32;

  // A signature that is made for one purpose must mean nothing for another that uses the same
  // secret.
  private static final String PURPOSE = "heliograph ticket 1.";
  private static final int ID_BYTES = 16;
  private static final int KEY_BYTES = 32;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final List<String> secrets;
  private final List<SecretKeySpec> keys;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Used used;

  /**
   * Makes tickets of some secrets.
   *
   * @param secrets the first signs, and all are accepted; if empty, a random secret is made
   */
  Tickets(List<String> secrets, InstantSource clock) {
    this(secrets, clock, Optional.empty());
  }

  /**
   * Makes tickets in place of others.
   *
   * @param before the tickets until now: what was used stays used, and a random secret stays
   */
  Tickets(List<String> secrets, InstantSource clock, Optional<Tickets> before) {
    this.secrets = List.copyOf(secrets);
    this.clock = clock;
    this.used = before.map(it -> it.used).orElseGet(() -> new Used(clock));
    this.keys =
        before.filter(it -> it.secrets.equals(secrets)).map(it -> it.keys).orElseGet(this::keys);
  }

  private List<SecretKeySpec> keys() {
    return secrets.isEmpty()
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

  /**
   * Writes UTF-8, and refuses half of a surrogate pair: it would become another character, and the
   * subject another subject.
   */
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
   * What a good ticket says. Looking at it does not use it up; {@link #use} does.
   *
   * @throws RelayException BAD_TOKEN if the ticket is none of ours, was altered or used, is too
   *     old, or was sold before this process began, which cannot know of its use; EXPIRED_TOKEN if
   *     the token that bought it is over
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
    used.check(text);
    if (!clock.instant().isBefore(text.claims().expires())) {
      throw new RelayException(ErrorCode.EXPIRED_TOKEN, "the time of the ticket's token is over");
    }
    return text;
  }

  /**
   * Whether the signature is right. It is compared as a text: several texts of base64 mean the same
   * bytes, and only one of them is ours.
   */
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
   * Uses a ticket up. Of several requests that have looked at it, one succeeds.
   *
   * @throws RelayException BAD_TOKEN if another request has used it, or it is too old by now;
   *     IDENTITY_UNAVAILABLE while the subject or its tenant has used too many
   */
  void use(TicketText text) {
    used.use(text);
  }

  /** How many used tickets are remembered. */
  int remembered() {
    return used.count();
  }

  /**
   * The one refusal for every fault, so that nobody finds out by trying what is wrong with a
   * ticket.
   */
  private static RelayException refused() {
    return new RelayException(
        ErrorCode.BAD_TOKEN, "the ticket is not one of ours, or was used, or its time is over");
  }

  /**
   * Remembers which tickets were used since this process began, each until its time is over. It
   * outlives a change of the secrets by which tickets are signed. Any thread.
   */
  private static final class Used {
    private final InstantSource clock;
    private final long began;

    // This is guarded by itself. It has the ids in the order of their use.
    private final Map<String, Use> used = new LinkedHashMap<>();
    // These are guarded by used.
    private final Shares shares = new Shares(MAX_USED);
    private long latest;

    /** Who has used a ticket, and when that may be forgotten. */
    private record Use(String tenant, String subject, long until) {}

    Used(InstantSource clock) {
      this.clock = clock;
      this.began = clock.millis();
    }

    /**
     * Checks that a ticket could be used now.
     *
     * @throws RelayException BAD_TOKEN if it was used, is too old, or was sold before this process
     *     began
     */
    void check(TicketText text) {
      synchronized (used) {
        checkNow(text);
      }
    }

    /**
     * Uses a ticket up. Of several requests that have looked at it, one succeeds.
     *
     * @throws RelayException BAD_TOKEN as {@link #check} says; IDENTITY_UNAVAILABLE while the
     *     subject or its tenant has used too many
     */
    void use(TicketText text) {
      synchronized (used) {
        checkNow(text);
        if (!shares.take(text.tenant(), text.sub())) {
          throw RelayException.retryAfter(
              ErrorCode.IDENTITY_UNAVAILABLE, "too many tickets are being used", LIFE);
        }
        // The end is at least as late as the ticket's, and no earlier than those before it in the
        // map.
        long until = Math.max(latest + LIFE.toMillis(), text.until());
        used.put(text.id(), new Use(text.tenant(), text.sub(), until));
      }
    }

    /** Checks a ticket; it is called with {@code used} locked. */
    private void checkNow(TicketText text) {
      // If the clock is set back, tickets whose use was forgotten must not become good again.
      latest = Math.max(latest, clock.millis());
      forget();
      if (text.sold() < began || text.until() <= latest || used.containsKey(text.id())) {
        throw refused();
      }
    }

    private void forget() {
      Iterator<Use> uses = used.values().iterator();
      while (uses.hasNext()) {
        Use oldest = uses.next();
        if (oldest.until() > latest) {
          return;
        }
        uses.remove();
        shares.giveBack(oldest.tenant(), oldest.subject());
      }
    }

    /** How many used tickets are remembered. */
    int count() {
      synchronized (used) {
        return used.size();
      }
    }
  }
}
