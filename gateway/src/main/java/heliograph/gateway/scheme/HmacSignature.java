package heliograph.gateway.scheme;

import heliograph.gateway.crypto.Hmac;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * The scheme {@code hmac}, an HMAC over what the operator says that the sender signs, and the
 * schemes of single senders that sign so. Any thread.
 */
final class HmacSignature implements Scheme {
  /**
   * How a sender signs.
   *
   * @param time where the sender says when it signed; empty if it does not
   * @param base the part before the path in the address that the sender knows; empty to take it
   *     from the request
   */
  record Rules(
      SignatureHeader signature,
      Hmac.Hash hash,
      SignedText text,
      Optional<SignedTime> time,
      Optional<String> base) {}

  /** The senders whose rules are built in. */
  static final Map<SchemeName, Rules> PRESETS =
      Map.of(
          SchemeName.GITHUB, preset("X-Hub-Signature-256", "sha256=", "{body}", Optional.empty()),
          SchemeName.STRIPE,
              preset(
                  "Stripe-Signature",
                  "v1=",
                  "{timestamp}.{body}",
                  Optional.of(seconds("Stripe-Signature", Optional.of("t")))),
          SchemeName.SLACK,
              preset(
                  "X-Slack-Signature",
                  "v0=",
                  "v0:{timestamp}:{body}",
                  Optional.of(seconds("X-Slack-Request-Timestamp", Optional.empty()))));

  private final Rules rules;
  private final Hmac hmac;
  private final Deliveries deliveries;
  private final InstantSource clock;

  HmacSignature(Rules rules, Hmac hmac, Deliveries deliveries, InstantSource clock) {
    this.rules = rules;
    this.hmac = hmac;
    this.deliveries = deliveries;
    this.clock = clock;
  }

  private static Rules preset(
      String header, String prefix, String text, Optional<SignedTime> time) {
    return new Rules(
        new SignatureHeader(HeaderNames.create(header), prefix, SignatureHeader.Encoding.HEX),
        Hmac.Hash.SHA256,
        new SignedText(text),
        time,
        Optional.empty());
  }

  private static SignedTime seconds(String header, Optional<String> member) {
    return new SignedTime(
        HeaderNames.create(header), member, SignedTime.Unit.SECONDS, Scheme.TOLERANCE);
  }

  @Override
  public void checkProof(HookRequest request, byte[] body) {
    Headers headers = request.headers();
    String timestamp = rules.time().map(time -> time.text(headers)).orElse("");
    String url = rules.base().map(request::urlAt).orElse(request.url());
    SignedText.Facts facts = new SignedText.Facts(timestamp, deliveries.named(headers), url);
    SignatureHeader header = rules.signature();
    if (!hmac.signed(rules.text().of(request, body, facts), header.signatures(headers))) {
      throw Scheme.refused(header.fault(headers).orElse(NO_SECRET));
    }
  }

  @Override
  public boolean checkAge(HookRequest request) {
    rules.time().ifPresent(time -> time.check(time.text(request.headers()), clock));
    return rules.time().isPresent();
  }

  @Override
  public String delivery(HookRequest request, byte[] body) {
    return deliveries.id(deliveries.named(request.headers()), body);
  }

  @Override
  public String nextDelivery(HookRequest request, byte[] body) {
    return deliveries.nextId(deliveries.named(request.headers()), body);
  }

  @Override
  public Optional<String> sign(String text) {
    return Optional.of(rules.signature().encoding().encode(hmac.sign(text)));
  }

  @Override
  public Optional<Deliveries> deliveries() {
    return Optional.of(deliveries);
  }
}
