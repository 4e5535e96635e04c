package heliograph.gateway.identity;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpServer;
import heliograph.contract.Claims;
import heliograph.gateway.identity.IdentityConfig.ClaimPlaces;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import heliograph.gateway.revocation.Life;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.core.JsonPointer;

/** What it costs to find out who a token is, by its signature and by memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class VerificationBenchmark {
  private static final String AUDIENCE = "heliograph";
  private static final String KEY_ID = "bench";

  @Param({"RS256", "ES256", "EdDSA"})
  public String algorithm = "RS256";

  private HttpServer server = server("");
  private Identity identity = identity();
  private String token = "";

  @Setup
  public void start() throws GeneralSecurityException {
    KeyPair keys = keys(algorithm);
    stop();
    server = server(new JWKSet(jwk(keys)).toString(true));
    identity = identity();
    identity.start();
    while (!identity.isReady()) {
      Thread.onSpinWait();
    }
    token = token(keys);
  }

  @TearDown
  public void stop() {
    identity.close();
    server.stop(0);
  }

  /** As the first time. */
  @Benchmark
  public Object bySignature() {
    return identity.proven(token);
  }

  /** As every other time. */
  @Benchmark
  public Claims byMemory() {
    return identity.subscriber(token);
  }

  private static HttpServer server(String keys) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      byte[] body = keys.getBytes(StandardCharsets.UTF_8);
      server.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private Identity identity() {
    ClaimPlaces places =
        new ClaimPlaces(
            JsonPointer.compile("/tenant"),
            List.of(JsonPointer.compile("/roles")),
            JsonPointer.compile("/topics"));
    Optional<java.net.URI> keys = Optional.of(java.net.URI.create(url() + "/keys"));
    return new Identity(
        new IdentityConfig(
            List.of(
                new IssuerConfig(
                    url(),
                    List.of(AUDIENCE),
                    keys,
                    places,
                    Set.of(),
                    Optional.empty(),
                    SubjectPrefix.NONE,
                    Optional.empty())),
            places,
            Optional.empty(),
            "",
            "",
            new KeysConfig(Duration.ofDays(1), Duration.ofDays(1))),
        Life.of(Duration.ofDays(1)),
        InstantSource.system(),
        System::nanoTime);
  }

  private static KeyPair keys(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(
            switch (algorithm) {
              case "RS256" -> "RSA";
              case "ES256" -> "EC";
              default -> "Ed25519";
            });
    if (algorithm.equals("RS256")) {
      generator.initialize(2048);
    } else if (algorithm.equals("ES256")) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    }
    return generator.generateKeyPair();
  }

  private static JWK jwk(KeyPair keys) {
    return switch (keys.getPublic()) {
      case RSAPublicKey rsa -> new RSAKey.Builder(rsa).keyID(KEY_ID).build();
      case ECPublicKey ec -> new ECKey.Builder(Curve.P_256, ec).keyID(KEY_ID).build();
      default -> {
        byte[] encoded = keys.getPublic().getEncoded();
        byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        yield new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(point))
            .keyID(KEY_ID)
            .build();
      }
    };
  }

  private String token(KeyPair keys) throws GeneralSecurityException {
    String header = "{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(algorithm, KEY_ID);
    long now = Instant.now().getEpochSecond();
    String claims =
        "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"alice\",\"tenant\":\"acme\",\"roles\":[\"viewer\",\"operator\"],\"jti\":\"8f14e45f-ceea-467f-a34f-2d3c1f1b7a10\",\"iat\":%s,\"exp\":%s}"
            .formatted(url(), AUDIENCE, now, now + Duration.ofDays(1).toSeconds());
    String content = Base64URL.encode(header) + "." + Base64URL.encode(claims);
    Signature signature =
        Signature.getInstance(
            switch (algorithm) {
              case "RS256" -> "SHA256withRSA";
              case "ES256" -> "SHA256withECDSAinP1363Format";
              default -> "Ed25519";
            });
    signature.initSign(keys.getPrivate());
    signature.update(content.getBytes(StandardCharsets.US_ASCII));
    return content + "." + Base64URL.encode(signature.sign());
  }
}
