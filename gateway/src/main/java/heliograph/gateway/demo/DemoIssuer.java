package heliograph.gateway.demo;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;

/**
 * The demo's identity provider, which serves its metadata, its keys, and a token to anyone who
 * asks. The relay fetches its keys over HTTP, as from any other provider. Its key is always the
 * same, so that tokens outlive a restart, and is no secret: whoever wants a token asks for one.
 */
final class DemoIssuer {
  static final String PATH = "/demo";

  private static final Duration LIFETIME = Duration.ofHours(1);
  private static final String KEY =
      """
      {"kid":"demo","alg":"ES256","use":"sig","kty":"EC","crv":"P-256",
       "x":"fEcNVF3zMESaY-kyox6PSOD2jGZbiKYAXlMdoSlD1fo",
       "y":"PPx7d0lzCx_Dzc3COtXkVaJPyauDSuoNllg38ebZRUA",
       "d":"uAWv5TE8T8oSBdsX9Na3v2zmymGPfATvxDw8N46jE6s"}
      """;

  private final String issuer;
  private final String audience;
  private final InstantSource clock;
  private final ECKey key;

  DemoIssuer(String issuer, String audience, InstantSource clock) {
    this.issuer = issuer;
    this.audience = audience;
    this.clock = clock;
    this.key = key();
  }

  private static ECKey key() {
    try {
      return ECKey.parse(KEY);
    } catch (ParseException e) {
      throw new IllegalStateException("the key is as it was written", e);
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
    // toString(true) writes only the public key.
    send(response, new JWKSet(key).toString(true));
  }

  /**
   * Answers {@code GET /demo/token?tenant=acme&role=viewer&role=auditor&subject=ada&seconds=10}
   * with a token.
   */
  private void token(ServerRequest request, ServerResponse response) {
    String tenant = parameter(request, "tenant");
    parameter(request, "role");
    List<String> roles =
        request.query().all("role").stream().filter(it -> !it.isBlank()).distinct().toList();
    String subject =
        request
            .query()
            .first("subject")
            .asOptional()
            .orElse(tenant + "-" + String.join("-", roles));
    Duration lifetime = lifetime(request);
    Instant now = clock.instant();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .audience(audience)
            .subject(subject)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(lifetime)))
            .claim("tenant", tenant)
            .claim("roles", roles)
            .build();
    response
        .header(HeaderNames.CONTENT_TYPE, "text/plain")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(signed(claims));
  }

  private String signed(JWTClaimsSet claims) {
    try {
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
      token.sign(new ECDSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException("a key of ours cannot sign", e);
    }
  }

  /** Shorter lives are for seeing how a token ends. */
  private static Duration lifetime(ServerRequest request) {
    String text = request.query().first("seconds").asOptional().orElse("");
    if (text.isEmpty()) {
      return LIFETIME;
    }
    if (!text.matches("[1-9][0-9]{0,3}") || Integer.parseInt(text) > LIFETIME.toSeconds()) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "seconds: a whole number from 1 to " + LIFETIME.toSeconds());
    }
    return Duration.ofSeconds(Integer.parseInt(text));
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
}
