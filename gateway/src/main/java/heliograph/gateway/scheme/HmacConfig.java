package heliograph.gateway.scheme;

import heliograph.gateway.crypto.Hmac;
import heliograph.gateway.crypto.Hmac.Hash;
import heliograph.gateway.crypto.Hmac.SecretEncoding;
import heliograph.gateway.scheme.HmacSignature.Rules;
import heliograph.gateway.scheme.SignatureHeader.Encoding;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What the operator wrote of how a sender signs: {@code signature}, {@code timestamp}, {@code
 * delivery} and {@code secret-encoding}. Settings that only seem to protect are refused.
 *
 * @param rules how the sender signs; empty for schemes without signatures of this kind
 * @param delivery what tells one delivery from another
 * @param encoding how the secrets are written
 */
public record HmacConfig(Optional<Rules> rules, Delivery delivery, SecretEncoding encoding) {
  /**
   * What tells one delivery from another.
   *
   * @param headers the headers of which the first one that has a fit value names the delivery
   * @param window within which a body counts as the delivery that brought it first; zero for none
   */
  record Delivery(List<HeaderName> headers, Duration window) {
    Delivery {
      headers = List.copyOf(headers);
    }
  }

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  // This stands for a header that is left out.
  private static final HeaderName NONE = HeaderNames.create("-");

  // A prefix must not contain what separates the entries of the header.
  private static final Pattern PREFIX = Pattern.compile("[!-~&&[^,;]]{0,64}");
  private static final Pattern MEMBER = Pattern.compile("[A-Za-z0-9_-]{1,32}");
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private static final Map<SchemeName, List<HeaderName>> DELIVERIES =
      Map.of(
          SchemeName.GITHUB, List.of(HeaderNames.create("X-GitHub-Delivery")),
          SchemeName.GITLAB,
              List.of(HeaderNames.create("Idempotency-Key"), HeaderNames.create("webhook-id")));

  private static final Set<SchemeName> NAMING =
      EnumSet.of(
          SchemeName.HMAC,
          SchemeName.GITHUB,
          SchemeName.STRIPE,
          SchemeName.SLACK,
          SchemeName.GITLAB);

  /**
   * Reads how a sender signs.
   *
   * @param entry the node of a publisher
   * @param name the scheme of the publisher, if it has one
   * @throws BadConfiguration naming the key at fault
   */
  static HmacConfig read(Settings entry, Optional<SchemeName> name) {
    Settings delivery = entry.section("delivery");
    SecretEncoding encoding = entry.choice("secret-encoding", SecretEncoding.TEXT);
    Rules written = rules(entry.section("signature"), entry.section("timestamp"));
    Optional<HeaderName> id = SchemeConfig.header(delivery, "header");
    Duration window = delivery.duration("body-window", Duration.ZERO, Duration.ZERO, DAY);
    List<HeaderName> named =
        id.map(List::of)
            .orElse(name.map(it -> DELIVERIES.getOrDefault(it, List.of())).orElse(List.of()));
    Delivery deliveries = new Delivery(named, window);
    if (name.filter(SchemeName.HMAC::equals).isEmpty()) {
      refuse(entry, name);
      Optional<Rules> preset = name.map(HmacSignature.PRESETS::get);
      checkDelivery(entry, preset, id);
      return new HmacConfig(preset, deliveries, encoding);
    }
    checkSignature(entry.section("signature"), written, named);
    checkTime(entry.section("timestamp"), written);
    checkDelivery(entry, Optional.of(written), id);
    if (written.text().has("id") && !window.isZero()) {
      throw delivery.bad("body-window", "not with {id} in signature.text, which nobody can change");
    }
    return new HmacConfig(Optional.of(written), deliveries, encoding);
  }

  /**
   * Refuses keys that are not for the scheme. A scheme of a single sender has its rules built in.
   */
  private static void refuse(Settings entry, Optional<SchemeName> name) {
    for (String key : List.of("signature", "timestamp", "secret-encoding")) {
      if (entry.section(key).exists()) {
        throw entry.bad(key, "is for the scheme hmac");
      }
    }
    if (entry.section("delivery").exists() && name.filter(NAMING::contains).isEmpty()) {
      throw entry.bad("delivery", "is for the schemes hmac, github, stripe, slack and gitlab");
    }
  }

  private static Rules rules(Settings signature, Settings timestamp) {
    SignatureHeader header =
        new SignatureHeader(
            SchemeConfig.header(signature, "header").orElse(NONE),
            signature.text("prefix", ""),
            signature.choice("encoding", Encoding.HEX));
    return new Rules(
        header,
        signature.choice("hash", Hash.SHA256),
        text(signature),
        time(timestamp, header),
        base(signature));
  }

  private static SignedText text(Settings signature) {
    try {
      return new SignedText(signature.text("text", "{body}"));
    } catch (IllegalArgumentException rule) {
      throw signature.bad("text", String.valueOf(rule.getMessage()));
    }
  }

  private static Optional<String> base(Settings signature) {
    return signature
        .text("url")
        .map(
            text -> {
              String allowed =
                  "must be what the sender has before the path, such as https://hooks.example.com";
              try {
                URI uri = Settings.httpUri(text);
                if (uri.getRawQuery() != null
                    || uri.getRawFragment() != null
                    || uri.getRawUserInfo() != null
                    || text.endsWith("/")) {
                  throw signature.bad("url", allowed);
                }
                return text;
              } catch (IllegalArgumentException _) {
                throw signature.bad("url", allowed);
              }
            });
  }

  private static Optional<SignedTime> time(Settings timestamp, SignatureHeader signatures) {
    Optional<HeaderName> header = SchemeConfig.header(timestamp, "header");
    Optional<String> member = timestamp.text("member");
    SignedTime time =
        new SignedTime(
            header.orElse(signatures.name()),
            member,
            timestamp.choice("unit", SignedTime.Unit.SECONDS),
            timestamp.duration("tolerance", Scheme.TOLERANCE, SECOND, HOUR));
    if (!timestamp.exists()) {
      return Optional.empty();
    }
    if (header.isPresent() == member.isPresent()) {
      throw timestamp.bad("header", "either this or member is required");
    }
    if (!member.map(it -> MEMBER.matcher(it).matches()).orElse(true)) {
      throw timestamp.bad("member", "must be 1 to 32 characters of A-Z a-z 0-9 _ -");
    }
    return Optional.of(time);
  }

  private static void checkSignature(Settings signature, Rules rules, List<HeaderName> named) {
    if (rules.signature().name().equals(NONE)) {
      throw signature.bad("header", "is required");
    }
    if (!PREFIX.matcher(rules.signature().prefix()).matches()) {
      throw signature.bad("prefix", "must be at most 64 visible characters without , and ;");
    }
    SignedText text = rules.text();
    if (text.reads(rules.signature().name())) {
      throw signature.bad("text", "no signature is over itself");
    }
    if (text.has("timestamp") && rules.time().isEmpty()) {
      throw signature.bad("text", "{timestamp} needs timestamp.header or timestamp.member");
    }
    if (text.has("id") && named.isEmpty()) {
      throw signature.bad("text", "{id} needs delivery.header");
    }
    if (rules.base().isPresent() && !text.has("url")) {
      throw signature.bad("url", "is for a text with {url}");
    }
  }

  private static void checkTime(Settings timestamp, Rules rules) {
    if (rules.time().isEmpty()) {
      return;
    }
    SignedTime time = rules.time().get();
    if (!rules.text().has("timestamp")) {
      throw timestamp.bad(
          time.member().isPresent() ? "member" : "header",
          "needs {timestamp} in signature.text: what is not signed, anybody can change");
    }
    if (time.member().isEmpty() && time.header().equals(rules.signature().name())) {
      throw timestamp.bad("header", "is that of the signatures; member says where in it");
    }
    String prefix = rules.signature().prefix();
    if (time.member().filter(member -> prefix.startsWith(member + "=")).isPresent()) {
      throw timestamp.bad("member", "begins as signature.prefix does");
    }
  }

  /**
   * Refuses headers that must not become an event's id: subscribers see the id, and it has to
   * differ between deliveries.
   */
  private static void checkDelivery(
      Settings entry, Optional<Rules> rules, Optional<HeaderName> id) {
    Settings delivery = entry.section("delivery");
    if (id.filter(SchemeConfig.proofs(entry)::contains).isPresent()) {
      throw delivery.bad("header", "is one that proves who sends, which no event may have");
    }
    Optional<HeaderName> time = rules.flatMap(Rules::time).map(SignedTime::header);
    if (id.isPresent() && time.equals(id)) {
      throw delivery.bad("header", "is that of the timestamp, which two deliveries may share");
    }
  }

  /** Warns of a hash that senders should not use any more. */
  void warn(String publisher) {
    if (rules.filter(it -> it.hash() == Hash.SHA1).isPresent()) {
      LOGGER.log(System.Logger.Level.WARNING, "weak-hash publisher={0} hash=sha1", publisher);
    }
  }

  /**
   * Makes the scheme of secrets, and again when they change.
   *
   * @param before the scheme in whose place it comes
   */
  Function<List<String>, Scheme> maker(InstantSource clock, Optional<Scheme> before) {
    Rules known = rules.orElseThrow();
    // The deliveries outlive a change of the secrets.
    Deliveries deliveries = Deliveries.of(delivery, clock, before);
    return secrets ->
        new HmacSignature(known, Hmac.of(secrets, known.hash(), encoding), deliveries, clock);
  }

  /** The header that has the id of a delivery; empty if there is none, or several may have it. */
  public static Optional<HeaderName> delivery(Settings entry, Optional<SchemeName> name) {
    Optional<HeaderName> written = SchemeConfig.header(entry.section("delivery"), "header");
    return written.or(
        () ->
            name.map(it -> DELIVERIES.getOrDefault(it, List.of()))
                .filter(headers -> headers.size() == 1)
                .map(List::getFirst));
  }
}
