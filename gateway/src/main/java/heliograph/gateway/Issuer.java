package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.GatewayConfig.IssuerConfig;
import io.helidon.http.Status;
import io.helidon.security.jwt.jwk.JwkKeys;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.WebClient;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One identity provider and its signing keys. The keys come by OIDC discovery, are fetched by a
 * thread of its own and looked at again every now and then; a provider that is down does not take
 * away keys that were fetched before. Any thread.
 */
final class Issuer implements AutoCloseable {
  /** How long keys are used before they are fetched anew. */
  static final Duration REFRESH = Duration.ofMinutes(5);

  /** How long to wait after a fetch that failed. */
  static final Duration RETRY = Duration.ofSeconds(2);

  /** The longest answer of a provider, in bytes. */
  static final int MAX_ANSWER = 1024 * 1024;

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private final IssuerConfig config;
  private final WebClient client;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable JwkKeys keys;

  Issuer(IssuerConfig config) {
    this.config = config;
    this.client =
        WebClient.builder()
            .connectTimeout(TIMEOUT)
            .readTimeout(TIMEOUT)
            .followRedirects(false)
            .build();
  }

  String name() {
    return config.issuer();
  }

  String audience() {
    return config.audience();
  }

  boolean hasKeys() {
    return keys != null;
  }

  /**
   * The provider's keys.
   *
   * @throws RelayException IDENTITY_UNAVAILABLE while none could be fetched
   */
  JwkKeys keys() {
    JwkKeys fetched = keys;
    if (fetched == null) {
      throw RelayException.retryAfter(
          ErrorCode.IDENTITY_UNAVAILABLE, "the issuer's keys are not here yet", RETRY);
    }
    return fetched;
  }

  /** Begins to fetch the keys, and goes on until closed. */
  void start() {
    Thread.ofVirtual().name("heliograph-keys").start(this::run);
  }

  private void run() {
    try {
      Duration wait = Duration.ZERO;
      while (!closed.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        wait = fetch() ? REFRESH : RETRY;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean fetch() {
    try {
      JwkKeys fetched = JwkKeys.create(get(config.jwksUri().orElseGet(this::discover)));
      if (fetched.keys().isEmpty()) {
        throw new IllegalStateException("the key set is empty");
      }
      if (keys == null) {
        LOGGER.log(
            System.Logger.Level.INFO,
            "issuer-keys issuer={0} keys={1}",
            name(),
            fetched.keys().size());
      }
      keys = fetched;
      return true;
    } catch (RuntimeException | IOException e) {
      // Whatever it is that the provider, the network or a key set does: it is told, and tried
      // again.
      LOGGER.log(
          System.Logger.Level.WARNING,
          "issuer-keys-failed issuer={0} cause={1}",
          name(),
          String.valueOf(e.getMessage()));
      return false;
    }
  }

  private URI discover() {
    try {
      JsonObject metadata = get(URI.create(name().replaceAll("/$", "") + DISCOVERY));
      // OpenID Connect Discovery section 4.3: or one provider could speak for another.
      if (!name().equals(metadata.getString("issuer", ""))) {
        throw new IllegalStateException("its metadata names another issuer");
      }
      return URI.create(metadata.getString("jwks_uri"));
    } catch (IOException e) {
      throw new IllegalStateException("no metadata: " + e.getMessage(), e);
    }
  }

  private JsonObject get(URI uri) throws IOException {
    try (HttpClientResponse response = client.get().uri(uri).request()) {
      if (!response.status().equals(Status.OK_200)) {
        throw new IOException("status " + response.status().code() + " from " + uri);
      }
      try (InputStream in = response.inputStream();
          JsonReader reader = Json.createReader(new BoundedInput(in))) {
        return reader.readObject();
      }
    }
  }

  /** Refuses an answer that does not end. */
  private static final class BoundedInput extends java.io.FilterInputStream {
    private int left = MAX_ANSWER;

    BoundedInput(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      spend(1);
      return super.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = super.read(bytes, offset, length);
      spend(n);
      return n;
    }

    private void spend(int bytes) throws IOException {
      left -= bytes;
      if (left < 0) {
        throw new IOException("the answer is over " + MAX_ANSWER + " bytes");
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
