package heliograph.gateway.demo;

import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.scheme.StandardWebhooks;
import heliograph.gateway.settings.BadConfiguration;
import io.helidon.webserver.http.HttpRouting;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.List;

/**
 * Shows the relay at work without anything else: it has an identity provider that gives everyone a
 * token, a backend that publishes by itself, and a page. It exists only when {@code relay.demo} is
 * on, and then only on a loopback address, because its tokens are free.
 */
public final class Demo implements AutoCloseable {
  private static final String WEBHOOK_PUBLISHER = "demo";
  private static final String CURL_PUBLISHER = "curl";

  private final DemoIssuer issuer;
  private final DemoPublisher publisher;
  private final DemoExplain explain = new DemoExplain();

  /**
   * Checks that the demo may run here, and makes it.
   *
   * @param own the issuer that the relay plays itself
   * @param publishers all publishers, of which one is the demo's
   * @param host the public listener's address
   * @param clock by which tokens and webhooks have their time
   * @throws BadConfiguration if the address is not loopback, or the demo's issuer or publisher is
   *     missing
   */
  public Demo(IssuerConfig own, List<Publisher> publishers, String host, InstantSource clock) {
    if (!isLoopback(host)) {
      throw new BadConfiguration("relay.demo", "only where server.host is a loopback address");
    }
    if (!own.issuer().endsWith(DemoIssuer.PATH) || own.shared().isPresent()) {
      throw new BadConfiguration(
          "relay.identity.issuers.0.issuer",
          "with relay.demo this is the relay's own address with " + DemoIssuer.PATH);
    }
    this.issuer = new DemoIssuer(own.issuer(), own.audiences().getFirst(), clock);
    this.publisher = new DemoPublisher(signer(publishers), WEBHOOK_PUBLISHER, clock);
  }

  private static StandardWebhooks signer(List<Publisher> publishers) {
    return publishers.stream()
        .filter(it -> it.name().equals(WEBHOOK_PUBLISHER))
        .flatMap(it -> it.hook().stream())
        .map(Publisher.Hook::scheme)
        .filter(StandardWebhooks.class::isInstance)
        .map(StandardWebhooks.class::cast)
        .findFirst()
        .orElseThrow(
            () ->
                new BadConfiguration(
                    "relay.publishers",
                    "with relay.demo one is named %s and signs by standard-webhooks"
                        .formatted(WEBHOOK_PUBLISHER)));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException _) {
      return false;
    }
  }

  /** Adds the demo's provider, page and endpoints to the public listener. */
  public void register(HttpRouting.Builder routing) {
    issuer.register(routing);
    new DemoFiles().register(routing);
    explain.register(routing);
  }

  /**
   * Starts to publish, and prints what there is to see.
   *
   * @param port the port of the public listener
   * @param adminPort the port of the admin listener
   */
  public void start(int port, int adminPort) {
    String base = "http://127.0.0.1:" + port;
    explain.start(adminPort);
    publisher.start(base);
    System.out.printf(
        """

        Heliograph demo

          page     %1$s/
          metrics  http://127.0.0.1:%2$d/observe/metrics
          health   http://127.0.0.1:%2$d/observe/health/ready

        Watch what an operator of acme may see:

          curl -N -H "Authorization: Bearer $(curl -s '%1$s%3$s/token?tenant=acme&role=operator')" \\
               '%1$s/v1/stream'

        Publish an event of your own:

          curl -X POST '%1$s/v1/hooks/%4$s' -H 'Authorization: Bearer demo-key-not-a-secret' \\
               -H 'Content-Type: application/json' \\
               -d '{"tenant":"acme","topic":"orders.42","type":"order.paid","roles":["operator","auditor"],"data":{"order":42}}'

        Ctrl-C stops it.

        """,
        base, adminPort, DemoIssuer.PATH, CURL_PUBLISHER);
    System.out.flush();
  }

  @Override
  public void close() {
    publisher.close();
  }
}
