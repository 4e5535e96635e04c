package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.security.jwt.Jwt;
import io.helidon.security.jwt.SignedJwt;
import io.helidon.security.jwt.jwk.Jwk;
import io.helidon.security.jwt.jwk.JwkRSA;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * The demo's identity provider: discovery, keys, and a token for anyone who asks. The relay fetches
 * its keys over HTTP, as from any other. The key pair lives as long as the process.
 */
final class DemoIssuer {
  static final String PATH = "/demo";

  private static final Duration LIFETIME = Duration.ofHours(1);
  private static final String KEY_ID = "demo";
  private static final int KEY_BITS = 2048;

  private final String issuer;
  private final String audience;
  private final RSAPublicKey publicKey;
  private final Jwk signingKey;

  DemoIssuer(String issuer, String audience) {
    this.issuer = issuer;
    this.audience = audience;
    KeyPair pair = keyPair();
    this.publicKey = (RSAPublicKey) pair.getPublic();
    this.signingKey =
        JwkRSA.builder()
            .keyId(KEY_ID)
            .algorithm(JwkRSA.ALG_RS256)
            .publicKey(publicKey)
            .privateKey((RSAPrivateKey) pair.getPrivate())
            .build();
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(KEY_BITS);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has RSA", e);
    }
  }

  void register(HttpRouting.Builder routing) {
    routing
        .get(PATH + "/.well-known/openid-configuration", this::metadata)
        .get(PATH + "/keys", this::keys)
        .get(PATH + "/token", this::token);
  }

  private void metadata(ServerRequest request, ServerResponse response) {
    send(
        response,
        Json.object(
            json -> {
              json.writeStringProperty("issuer", issuer);
              json.writeStringProperty("jwks_uri", issuer + "/keys");
            }));
  }

  private void keys(ServerRequest request, ServerResponse response) {
    send(
        response,
        Json.object(
            json -> {
              json.writeArrayPropertyStart("keys");
              json.writeStartObject();
              json.writeStringProperty("kty", "RSA");
              json.writeStringProperty("use", "sig");
              json.writeStringProperty("alg", JwkRSA.ALG_RS256);
              json.writeStringProperty("kid", KEY_ID);
              json.writeStringProperty("n", base64(publicKey.getModulus()));
              json.writeStringProperty("e", base64(publicKey.getPublicExponent()));
              json.writeEndObject();
              json.writeEndArray();
            }));
  }

  /** {@code GET /demo/token?tenant=acme&role=viewer&subject=ada}. */
  private void token(ServerRequest request, ServerResponse response) {
    String tenant = parameter(request, "tenant");
    String role = parameter(request, "role");
    String subject = request.query().first("subject").asOptional().orElse(tenant + "-" + role);
    Instant now = Instant.now();
    Jwt jwt =
        Jwt.builder()
            .algorithm(JwkRSA.ALG_RS256)
            .keyId(KEY_ID)
            .issuer(issuer)
            .audience(List.of(audience))
            .subject(subject)
            .issueTime(now)
            .expirationTime(now.plus(LIFETIME))
            .addPayloadClaim("tenant", tenant)
            .addPayloadClaim("roles", List.of(role))
            .build();
    response
        .header(HeaderNames.CONTENT_TYPE, "text/plain")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(SignedJwt.sign(jwt, signingKey).tokenContent());
  }

  private static String parameter(ServerRequest request, String name) {
    return request
        .query()
        .first(name)
        .asOptional()
        .orElseThrow(() -> new RelayException(ErrorCode.INVALID_REQUEST, name + ": is required"));
  }

  private static void send(ServerResponse response, String json) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json").send(json);
  }

  // RFC 7518 section 2: big-endian without the sign's byte, base64url without padding.
  private static String base64(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int from = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
    byte[] unsigned = java.util.Arrays.copyOfRange(bytes, from, bytes.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(unsigned);
  }
}
