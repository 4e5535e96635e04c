package heliograph.gateway;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The scheme {@code stripe}: {@code Stripe-Signature: t=…,v1=…}, HMAC-SHA256 over {@code t.body}.
 * The key is the secret's text with its {@code whsec_}, and not what that is the base64 of.
 * Signatures of other versions are skipped. Any thread.
 */
final class StripeSignature implements Scheme {
  /** The most parts of the header that are looked at. */
  static final int MAX_PARTS = 17;

  private static final HeaderName SIGNATURE = HeaderNames.create("Stripe-Signature");
  private static final String TIME = "t=";
  private static final String VERSION = "v1=";

  private final Hmac hmac;
  private final InstantSource clock;

  StripeSignature(Hmac hmac, InstantSource clock) {
    this.hmac = hmac;
    this.clock = clock;
  }

  @Override
  public String verify(HookRequest request, byte[] body) {
    Headers headers = request.headers();
    List<String> times = new ArrayList<>();
    List<String> signatures = new ArrayList<>();
    String[] parts = Scheme.one(headers, SIGNATURE).split(",", MAX_PARTS + 1);
    for (int i = 0; i < Math.min(parts.length, MAX_PARTS); i++) {
      String part = parts[i].strip();
      if (part.startsWith(TIME)) {
        times.add(part.substring(TIME.length()));
      } else if (part.startsWith(VERSION)) {
        signatures.add(part.substring(VERSION.length()));
      }
    }
    if (times.size() != 1
        || !SECONDS.matcher(times.getFirst()).matches()
        || !hmac.signed(times.getFirst() + ".", body, signatures)) {
      throw Scheme.refused();
    }
    Scheme.checkTime(SIGNATURE, times.getFirst(), clock);
    // Not of the signature: a delivery that is tried again is signed anew.
    return Hmac.digest(body);
  }
}
