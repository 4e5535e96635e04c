package heliograph.gateway.scheme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.RelayException;
import heliograph.gateway.Configurations;
import heliograph.gateway.crypto.Hmac;
import heliograph.gateway.json.ProblemText;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderValues;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a proof is told to operators; callers hear one answer to all of it. */
class ReasonsTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String WRONG = "ab".repeat(32);

  /** The scheme of a publisher with these keys, such as {@code scheme=token;header=X-Key}. */
  private static Scheme scheme(String keysAndValues) {
    String entry = "relay.publishers.0.";
    Map<String, String> settings = new HashMap<>(Configurations.LEAST);
    settings.put(entry + "name", "jobs");
    settings.put(entry + "tenants.0", "acme");
    for (String setting : keysAndValues.split(";", -1)) {
      String[] parts = setting.split("=", 2);
      settings.put(entry + parts[0].strip(), parts[1].strip());
    }
    if (!keysAndValues.contains("mtls")) {
      settings.put(entry + "secrets.0", SECRET);
    }
    return Configurations.hook(settings).scheme();
  }

  /** With these headers, such as {@code X-Key: a}, of which one may come twice. */
  private static HookRequest request(String lines) {
    WritableHeaders<?> headers = WritableHeaders.create();
    for (String line : lines.split(";;", -1)) {
      String[] parts = line.replace("WRONG", WRONG).split(":", 2);
      if (parts.length == 2) {
        headers.add(HeaderValues.create(parts[0].strip(), parts[1].strip()));
      }
    }
    return new HookRequest(headers, "", UriQuery.create("key=a&key=b"), Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scheme=token | | authorization: is missing",
        "scheme=token | Authorization: Basic abc | authorization: no bearer token",
        "scheme=token | Authorization: Bearer wrong | no secret fits: it is another one, or not"
            + " over what came",
        "scheme=token;header=X-Key | X-Other: a | x-key: is missing",
        "scheme=token;header=X-Key | X-Key: a;;X-Key: b | x-key: comes more than once",
        "scheme=token;query=key | | the parameter key of the query is missing, or comes more than"
            + " once",
        "scheme=gitlab | | x-gitlab-token: is missing",
        "scheme=gitlab | X-Gitlab-Token: wrong | no secret fits: it is another one, or not over"
            + " what came",
        "scheme=mtls;subjects.0=CN=a | | the connection has no client certificate",
        "scheme=github | | x-hub-signature-256: is missing",
        "scheme=github | X-Hub-Signature-256: sha1=WRONG | x-hub-signature-256: nothing begins with"
            + " sha256=",
        "scheme=github | X-Hub-Signature-256: sha256=zz | x-hub-signature-256: not hex",
        "scheme=github | X-Hub-Signature-256: sha256=WRONG | no secret fits: it is another one, or"
            + " not over what came",
        "scheme=stripe | | stripe-signature: is missing",
        "scheme=stripe | Stripe-Signature: v1=WRONG | stripe-signature: has no member t, or"
            + " several",
        "scheme=stripe | Stripe-Signature: t=soon,v1=WRONG | stripe-signature: has no time in"
            + " seconds",
        "scheme=stripe | Stripe-Signature: t=1 | stripe-signature: nothing begins with v1=",
        "scheme=slack | X-Slack-Signature: v0=WRONG | x-slack-request-timestamp: is missing",
        "scheme=hmac;signature.header=X-S;signature.encoding=base64 | X-S: * | x-s: not base64",
        "scheme=hmac;signature.header=X-S;signature.text={header:X-P}{body} | X-S: WRONG | x-p: is"
            + " missing",
        "scheme=hmac;signature.header=X-S;signature.text={id}{body};delivery.header=X-I | X-S:"
            + " WRONG | {id}: no header names the delivery",
        "scheme=hmac;signature.header=X-S;signature.text={form} | X-S: WRONG | {form}: the body is"
            + " none that can be read, or of another media type",
        "scheme=standard-webhooks | | webhook-id: is missing",
        "scheme=standard-webhooks | svix-timestamp: 1 | svix-id: is missing",
        "scheme=standard-webhooks | webhook-id: a | webhook-timestamp: is missing",
        "scheme=standard-webhooks | svix-id: a;;webhook-timestamp: 1 | webhook-id: is missing,"
            + " beside svix- headers",
        "scheme=standard-webhooks | webhook-id: a;;webhook-timestamp: soon | webhook-timestamp: has"
            + " no time in seconds",
        "scheme=standard-webhooks | webhook-id: a;;webhook-timestamp: 1 | webhook-signature: is"
            + " missing",
        "scheme=standard-webhooks | webhook-id: a;;webhook-timestamp: 1;;webhook-signature:"
            + " v1a,YQ== | webhook-signature: has no signature of a version of the secrets",
        "scheme=standard-webhooks | webhook-id: a;;webhook-timestamp: 1;;webhook-signature: v1,YQ=="
            + " | no secret fits: it is another one, or not over what came",
      })
  void whatIsWrongIsToldToOperatorsAlone(String settings, String headers, String reason) {
    Scheme scheme = scheme(settings);
    HookRequest request = request(headers == null ? "" : headers);

    RelayException refusal =
        assertThrows(
            RelayException.class,
            () -> scheme.verify(request, "{}".getBytes(StandardCharsets.UTF_8)));

    assertEquals(Optional.of(reason), refusal.reason());
    assertEquals(ProblemText.json(Scheme.refused()), ProblemText.json(refusal));
  }

  /** Neither a signature that would be right, nor one that came. */
  @ParameterizedTest
  @CsvSource({"X-Hub-Signature-256: sha256=WRONG", "X-Hub-Signature-256: sha256=zz"})
  void noReasonHasASignatureInIt(String header) {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    RelayException refusal =
        assertThrows(
            RelayException.class, () -> scheme("scheme=github").verify(request(header), body));
    String expected =
        HexFormat.of()
            .formatHex(
                Hmac.sign(
                    new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), Hmac.ALGORITHM),
                    "",
                    body));
    String reason = refusal.reason().orElseThrow();
    assertFalse(reason.contains(expected) || reason.contains(WRONG) || reason.contains("zz"));
  }
}
