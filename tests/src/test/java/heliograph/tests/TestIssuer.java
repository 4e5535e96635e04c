package heliograph.tests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** An identity provider: discovery, a key set, and tokens of any kind, right and wrong. */
final class TestIssuer implements AutoCloseable {
  static final String AUDIENCE = "heliograph";
  static final KeyPair RSA = keys("RSA");
  static final KeyPair EC = keys("EC");

  private final HttpServer server;
  private final int port;

  private TestIssuer(HttpServer server) {
    this.server = server;
    this.port = server.getAddress().getPort();
  }

  static TestIssuer start() throws IOException {
    return start(0);
  }

  static TestIssuer start(int port) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    TestIssuer issuer = new TestIssuer(server);
    server.createContext(
        "/.well-known/openid-configuration",
        exchange ->
            send(exchange, Map.of("issuer", issuer.uri(), "jwks_uri", issuer.uri() + "/jwks")));
    server.createContext("/jwks", exchange -> send(exchange, Map.of("keys", jwks())));
    server.start();
    return issuer;
  }

  String uri() {
    return "http://127.0.0.1:" + port();
  }

  int port() {
    return port;
  }

  /** Its entry in a relay's configuration. */
  String yaml() {
    return "{ issuer: \"%s\", audience: %s }".formatted(uri(), AUDIENCE);
  }

  /** A token in which everything is right. */
  Token token(String subject) {
    return Token.of(uri(), AUDIENCE, subject);
  }

  /** The same, signed, for a subscriber of a tenant. */
  String token(String subject, String tenant, String... roles) {
    return token(subject).with("tenant", tenant).with("roles", List.of(roles)).signed();
  }

  private static List<Map<String, Object>> jwks() {
    RSAPublicKey rsa = (RSAPublicKey) RSA.getPublic();
    ECPublicKey ec = (ECPublicKey) EC.getPublic();
    return List.of(
        Map.of(
            "kty", "RSA",
            "kid", "rsa",
            "use", "sig",
            "alg", "RS256",
            "n", base64(unsigned(rsa.getModulus(), 256)),
            "e", base64(unsigned(rsa.getPublicExponent(), 3))),
        Map.of(
            "kty", "EC",
            "kid", "ec",
            "use", "sig",
            "alg", "ES256",
            "crv", "P-256",
            "x", base64(unsigned(ec.getW().getAffineX(), 32)),
            "y", base64(unsigned(ec.getW().getAffineY(), 32))));
  }

  static KeyPair keys(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] unsigned(BigInteger number, int length) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[length];
    int count = Math.min(bytes.length, length);
    System.arraycopy(bytes, bytes.length - count, fixed, length - count, count);
    return fixed;
  }

  private static void send(HttpExchange exchange, Map<String, ?> body) throws IOException {
    byte[] json = Json.write(body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, json.length);
    try (var out = exchange.getResponseBody()) {
      out.write(json);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
