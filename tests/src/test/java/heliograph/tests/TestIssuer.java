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
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An identity provider: discovery, a key set that can change, and tokens of any kind, right and
 * wrong.
 */
final class TestIssuer implements AutoCloseable {
  static final String AUDIENCE = "heliograph";
  static final KeyPair RSA = keys("RSA");
  static final KeyPair EC = keys("EC");
  static final KeyPair EC384 = keys("secp384r1");
  static final KeyPair EC521 = keys("secp521r1");
  static final KeyPair ED25519 = keys("Ed25519");
  static final KeyPair ANY_RSA = keys("RSA");
  static final KeyPair WEAK_RSA = keys("RSA1024");

  private final HttpServer server;
  private final int port;
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile List<Map<String, Object>> keys = jwks();
  private volatile boolean failing;
  private volatile Optional<String> odd = Optional.empty();

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
            send(
                exchange,
                Json.write(Map.of("issuer", issuer.uri(), "jwks_uri", issuer.uri() + "/jwks"))));
    server.createContext(
        "/jwks",
        exchange -> {
          issuer.fetches.incrementAndGet();
          String keys = Json.write(issuer.failing ? Map.of() : Map.of("keys", issuer.keys));
          send(exchange, issuer.odd.orElse(keys));
        });
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
    return yaml("");
  }

  /**
   * Its entry in a relay's configuration, with further keys.
   *
   * @param more what it has besides, beginning with a comma
   */
  String yaml(String more) {
    return "{ issuer: \"%s\", audience: %s%s }".formatted(uri(), AUDIENCE, more);
  }

  /** Its entry in a relay's configuration, with a prefix for the subjects of its tokens. */
  String yamlWithPrefix(String prefix) {
    return yaml(", subject-prefix: \"%s\"".formatted(prefix));
  }

  /** From now on its one key is this. */
  void publishes(Map<String, Object> jwk) {
    keys = List.of(jwk);
  }

  /** From now on it answers with what is no key set. */
  void fails(boolean now) {
    failing = now;
  }

  /** From now on it answers with this where its keys are asked for. */
  void answers(String jwks) {
    odd = Optional.of(jwks);
  }

  /** How often its keys were asked for. */
  int fetches() {
    return fetches.get();
  }

  /** A token in which everything is right. */
  Token token(String subject) {
    return Token.of(uri(), AUDIENCE, subject);
  }

  /** A signed token of a subscriber of a tenant. */
  String token(String subject, String tenant, String... roles) {
    return token(subject).with("tenant", tenant).with("roles", List.of(roles)).signed();
  }

  private static List<Map<String, Object>> jwks() {
    return List.of(
        with(rsa("rsa", RSA), "alg", "RS256"),
        with(ec("ec", "P-256", EC), "alg", "ES256"),
        ec("ec384", "P-384", EC384),
        ec("ec521", "P-521", EC521),
        ed25519("ed", ED25519),
        rsa("any", ANY_RSA),
        // Whatever else a provider publishes is no reason to do without these.
        rsa("weak", WEAK_RSA),
        with(rsa("for-encrypting", ANY_RSA), "use", "enc"),
        Map.of("kty", "AKP", "alg", "ML-DSA-44", "kid", "of-tomorrow", "pub", "AAAA"),
        Map.of("kty", "oct", "kid", "secret", "k", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"));
  }

  private static Map<String, Object> with(Map<String, Object> jwk, String name, String value) {
    Map<String, Object> changed = new HashMap<>(jwk);
    changed.put(name, value);
    return changed;
  }

  static Map<String, Object> rsa(String id, KeyPair keys) {
    RSAPublicKey key = (RSAPublicKey) keys.getPublic();
    int length = (key.getModulus().bitLength() + 7) / 8;
    return Map.of(
        "kty",
        "RSA",
        "kid",
        id,
        "use",
        "sig",
        "n",
        base64(unsigned(key.getModulus(), length)),
        "e",
        base64(unsigned(key.getPublicExponent(), 3)));
  }

  private static Map<String, Object> ec(String id, String curve, KeyPair keys) {
    ECPublicKey key = (ECPublicKey) keys.getPublic();
    int length = (key.getParams().getCurve().getField().getFieldSize() + 7) / 8;
    return Map.of(
        "kty",
        "EC",
        "kid",
        id,
        "use",
        "sig",
        "crv",
        curve,
        "x",
        base64(unsigned(key.getW().getAffineX(), length)),
        "y",
        base64(unsigned(key.getW().getAffineY(), length)));
  }

  /** RFC 8032 section 5.1.2: the end of the key's encoding is the key itself. */
  private static Map<String, Object> ed25519(String id, KeyPair keys) {
    byte[] encoded = keys.getPublic().getEncoded();
    byte[] key = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    return Map.of("kty", "OKP", "kid", id, "use", "sig", "crv", "Ed25519", "x", base64(key));
  }

  static KeyPair keys(String kind) {
    try {
      KeyPairGenerator generator =
          KeyPairGenerator.getInstance(
              switch (kind) {
                case "RSA", "RSA1024" -> "RSA";
                case "Ed25519" -> "Ed25519";
                default -> "EC";
              });
      switch (kind) {
        case "RSA" -> generator.initialize(2048);
        case "RSA1024" -> generator.initialize(1024);
        case "Ed25519" -> {
          // It has one size.
        }
        case "EC" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
        default -> generator.initialize(new ECGenParameterSpec(kind));
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

  private static void send(HttpExchange exchange, String body) throws IOException {
    byte[] json = body.getBytes(StandardCharsets.UTF_8);
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
