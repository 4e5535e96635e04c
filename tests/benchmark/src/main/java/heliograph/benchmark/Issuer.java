package heliograph.benchmark;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/** An identity provider as the relay sees one: a key set, and tokens signed with its key. */
final class Issuer implements AutoCloseable {
  static final String AUDIENCE = "heliograph";

  private static final long LIFETIME_SECONDS = 24 * 3600;

  private final HttpServer server;
  private final KeyPair pair;

  Issuer() throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    this.pair = generator.generateKeyPair();
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] keys = keys().getBytes(StandardCharsets.US_ASCII);
    server.createContext(
        "/keys",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, keys.length);
          exchange.getResponseBody().write(keys);
          exchange.close();
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  String token(String tenant, String subject) throws GeneralSecurityException {
    long now = Instant.now().getEpochSecond();
    String claims =
        "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"%s\",\"tenant\":\"%s\",\"roles\":[\"viewer\"],\"iat\":%s,\"exp\":%s}"
            .formatted(url(), AUDIENCE, subject, tenant, now, now + LIFETIME_SECONDS);
    return signed("JWT", claims);
  }

  /** A logout token, by which it says that somebody's session is over. */
  String logout(String name) throws GeneralSecurityException {
    long now = Instant.now().getEpochSecond();
    return signed(
        "logout+jwt",
        "{\"iss\":\"%s\",\"aud\":\"web\",\"sub\":\"user-%s\",\"sid\":\"sid-%s\",\"jti\":\"jti-%s\",\"iat\":%s,\"exp\":%s,\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}}"
            .formatted(url(), name, name, name, now, now + LIFETIME_SECONDS));
  }

  private String signed(String type, String claims) throws GeneralSecurityException {
    String text =
        base64("{\"alg\":\"RS256\",\"kid\":\"bench\",\"typ\":\"%s\"}".formatted(type))
            + "."
            + base64(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(pair.getPrivate());
    signature.update(text.getBytes(StandardCharsets.US_ASCII));
    return text + "." + base64(signature.sign());
  }

  private String keys() {
    RSAPublicKey key = (RSAPublicKey) pair.getPublic();
    return "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"bench\",\"n\":\"%s\",\"e\":\"%s\"}]}"
        .formatted(base64(key.getModulus()), base64(key.getPublicExponent()));
  }

  private static String base64(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return base64(
        Arrays.copyOfRange(bytes, bytes.length > 1 && bytes[0] == 0 ? 1 : 0, bytes.length));
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
