package heliograph.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import heliograph.gateway.identity.IdentityConfig.ClaimPlaces;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.core.JsonPointer;

/** An identity provider over HTTP, whose keys change, which counts, dawdles and fails. */
final class TestingProvider implements AutoCloseable {
  static final String AUDIENCE = "heliograph";
  static final ClaimPlaces PLACES =
      new ClaimPlaces(
          JsonPointer.compile("/tenant"),
          List.of(JsonPointer.compile("/roles")),
          JsonPointer.compile("/topics"));
  static final KeysConfig KEYS = new KeysConfig(Duration.ofMinutes(5), Duration.ofHours(1));

  private static final String METADATA = "/.well-known/openid-configuration";

  private final HttpServer server;
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile String keys = "{\"keys\":[]}";
  private volatile String metadata = "";
  private volatile String cacheControl = "";
  private volatile int status = 200;
  private volatile CountDownLatch gate = new CountDownLatch(0);

  TestingProvider(ECKey... keys) throws IOException {
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
    this.metadata = "{\"issuer\":\"%1$s\",\"jwks_uri\":\"%1$s/keys\"}".formatted(uri());
    publishes(keys);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/keys")) {
        fetches.incrementAndGet();
        gate.await();
        if (!cacheControl.isEmpty()) {
          exchange.getResponseHeaders().set("Cache-Control", cacheControl);
        }
      }
      exchange.getResponseHeaders().set("Location", "/elsewhere");
      byte[] body = (path.equals(METADATA) ? metadata : keys).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  static ECKey key(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  IssuerConfig settings() {
    return new IssuerConfig(
        uri(),
        List.of(AUDIENCE),
        Optional.empty(),
        PLACES,
        Set.of(),
        Optional.empty(),
        SubjectPrefix.NONE,
        Optional.empty());
  }

  IdentityConfig identity() {
    return new IdentityConfig(
        List.of(settings()), PLACES, Optional.empty(), "access_token", "access_token", KEYS);
  }

  /** From now on its keys are these. */
  void publishes(ECKey... keys) {
    answers(new JWKSet(List.of(keys)).toString(true));
  }

  /** From now on this is what it says its keys are. */
  void answers(String keys) {
    this.keys = keys;
  }

  void says(String metadata) {
    this.metadata = metadata;
  }

  void cacheControl(String value) {
    this.cacheControl = value;
  }

  void fails(int status) {
    this.status = status;
  }

  void recovers() {
    this.status = 200;
  }

  /** Until the gate is opened, whoever asks for the keys waits. */
  CountDownLatch dawdles() {
    gate = new CountDownLatch(1);
    return gate;
  }

  /** How often its keys were asked for. */
  int fetches() {
    return fetches.get();
  }

  /** A token of this provider, in which everything is right. */
  JWTClaimsSet.Builder claims(Instant now) {
    return new JWTClaimsSet.Builder()
        .issuer(uri())
        .audience(AUDIENCE)
        .subject("alice")
        .claim("tenant", "acme")
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(600)));
  }

  static String signed(ECKey key, JWTClaimsSet claims) {
    try {
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
      token.sign(new ECDSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    gate.countDown();
    server.stop(0);
  }
}
