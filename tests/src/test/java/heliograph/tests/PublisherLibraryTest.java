package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.publisher.Credential;
import heliograph.publisher.EventBuilder;
import heliograph.publisher.PublishException;
import heliograph.publisher.Published;
import heliograph.publisher.PublisherBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The library for back ends in Java, by its public methods, against the packaged relay. */
class PublisherLibraryTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String NEXT_SECRET = "whsec_bmV4dC1uZXh0LW5leHQtbmV4dC1uZXh0";
  // The keys of the second example of RFC 8032, section 7.1.
  private static final String PRIVATE_KEY = "whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=";
  private static final String PUBLIC_KEY = "whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
  private static final int MIB = 1 << 20;
  private static final Duration LINGER = Duration.ofMinutes(1);

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme] }
            - name: shop
              scheme: standard-webhooks
              secrets: [%3$s]
              tenants: [acme]
              topics: ["orders.>"]
              event-bytes: 2KiB
            - name: slow
              scheme: standard-webhooks
              secrets: [%3$s]
              tenants: [acme]
              per-second: 5
            - { name: asymmetric, scheme: standard-webhooks, secrets: [%4$s], tenants: [acme] }
            - { name: billing, client-id: billing-client, tenants: [acme] }
          """,
          SECRET, PUBLIC_KEY);

  @RegisterExtension final Listener acme = new Listener(stage);

  private static PublisherBuilder shop(Credential credential) {
    return to("/v1/hooks/shop", credential);
  }

  private static PublisherBuilder to(String path, Credential credential) {
    URI address = URI.create("http://127.0.0.1:" + stage.http().port() + path);
    return heliograph.publisher.Publisher.to(address, credential);
  }

  private static EventBuilder order(String data) {
    return EventBuilder.event("/shop", "order.paid", "acme", "orders.42").json(data);
  }

  private static PublishException failure(CompletableFuture<Published> future) {
    return (PublishException)
        Assertions.assertThrows(ExecutionException.class, future::get).getCause();
  }

  @Test
  void whatItSendsArrivesAsItWas() throws Exception {
    try (var publisher = shop(Credential.secret(SECRET)).open()) {
      Event event =
          order("{\"n\":1.50,\"t\":\"ü \\\"\"}")
              .id("as-it-was")
              .users(List.of("alice", "b, \"o\" b"))
              .attribute("subject", "order 42")
              .partitionKey("42")
              .build();
      Published published = publisher.publish(event).get();
      assertEquals("as-it-was", published.id());
      assertFalse(published.duplicate());
      SseParser.Event seen = acme.next("order.paid");
      assertEquals(published.cursor().toString(), seen.id());
      assertTrue(seen.data().endsWith("\"data\":{\"n\":1.50,\"t\":\"ü \\\"\"}}"), seen::toString);
      Map<String, Object> whole = Json.object(seen.data());
      assertEquals("order 42", whole.get("subject"));
      assertEquals("42", whole.get("partitionkey"));
      assertEquals("orders.42", whole.get("topic"));
    }
  }

  @Test
  void itsAudienceIsKept() throws Exception {
    try (var publisher = shop(Credential.secret(SECRET)).open()) {
      publisher.publish(order("1").roles(List.of("operator, first")).build()).get();
      publisher.publish(order("2").users(List.of("bob")).build()).get();
      publisher.publish(order("3").build()).get();
      assertTrue(acme.next("order.paid").data().endsWith("\"data\":3}"));
    }
  }

  @Test
  void textAndBytesArriveAsWhatTheyAre() throws Exception {
    try (var publisher = shop(Credential.secret(SECRET)).open()) {
      EventBuilder text = EventBuilder.event("/shop", "note", "acme", "orders.1").text("a\nb");
      publisher.publish(text.build()).get();
      assertEquals("a\nb", acme.nextData("note").get("data"));
      EventBuilder bytes =
          EventBuilder.event("/shop", "file", "acme", "orders.1")
              .binary(new byte[] {1, 2}, "image/png");
      publisher.publish(bytes.build()).get();
      assertEquals("AQI=", acme.nextData("file").get("data_base64"));
    }
  }

  @Test
  void aSecretThatIsBeingExchangedIsTaken() throws Exception {
    try (var publisher = shop(Credential.secret(NEXT_SECRET, SECRET)).open()) {
      publisher.publish(order("1").build()).get();
      acme.next("order.paid");
    }
  }

  @Test
  void aPrivateKeyIsTakenWhereTheRelayHasThePublicOne() throws Exception {
    try (var publisher = to("/v1/hooks/asymmetric", Credential.secret(PRIVATE_KEY)).open();
        var exchanging = to("/v1/hooks/asymmetric", Credential.secret(SECRET, PRIVATE_KEY)).open();
        var other = to("/v1/hooks/asymmetric", Credential.secret(SECRET)).open()) {
      publisher.publish(order("1").build()).get();
      exchanging.publish(order("2").build()).get();
      assertTrue(acme.next("order.paid").data().endsWith("\"data\":1}"));
      assertTrue(acme.next("order.paid").data().endsWith("\"data\":2}"));
      PublishException failure = failure(other.publish(order("3").build()));
      assertEquals(PublishException.Kind.UNAUTHENTICATED, failure.kind());
    }
  }

  @Test
  void aStaticKeyIsTaken() throws Exception {
    try (var publisher = to("/v1/hooks/backend", Credential.key(Stage.KEY)).open()) {
      publisher.publish(order("1").build()).get();
      acme.next("order.paid");
    }
  }

  @Test
  void aTokenIsTaken() throws Exception {
    String token = stage.token("service").with("client_id", "billing-client").signed();
    try (var publisher = to("/v1/events", Credential.token(() -> token)).open()) {
      publisher.publish(order("1").build()).get();
      acme.next("order.paid");
    }
  }

  @Test
  void aWrongSecretIsToldAndNotTriedAgain() throws Exception {
    try (var publisher = shop(Credential.secret(NEXT_SECRET)).open()) {
      PublishException failure = failure(publisher.publish(order("1").build()));
      assertEquals(PublishException.Kind.UNAUTHENTICATED, failure.kind());
      assertEquals(Optional.of(ErrorCode.BAD_SIGNATURE), failure.code());
      assertFalse(failure.mayBeStored());
    }
  }

  @Test
  void eachEventOfABatchHasItsOwnAnswer() throws Exception {
    try (var publisher = shop(Credential.secret(SECRET)).batches(4, MIB, LINGER).open()) {
      String large = "\"" + "x".repeat(3000) + "\"";
      CompletableFuture<Published> first = publisher.publish(order("1").build());
      CompletableFuture<Published> elsewhere =
          publisher.publish(EventBuilder.event("/shop", "order.paid", "acme", "bills").build());
      CompletableFuture<Published> tooLarge = publisher.publish(order(large).build());
      CompletableFuture<Published> last = publisher.publish(order("4").build());

      assertEquals(first.get().cursor().sequence() + 1, last.get().cursor().sequence());
      assertEquals(PublishException.Kind.NOT_ALLOWED, failure(elsewhere).kind());
      assertEquals("/topic", failure(elsewhere).pointer());
      assertEquals(PublishException.Kind.TOO_LARGE, failure(tooLarge).kind());
      assertTrue(acme.next("order.paid").data().endsWith("\"data\":1}"));
      assertTrue(acme.next("order.paid").data().endsWith("\"data\":4}"));
    }
  }

  @Test
  void anEventThatIsThereIsADuplicate() throws Exception {
    Event event = order("1").id("once").build();
    try (var publisher = shop(Credential.secret(SECRET)).open()) {
      Published first = publisher.publish(event).get();
      Published again = publisher.publish(event).get();
      assertEquals(new Published("once", first.cursor(), true), again);
      acme.next("order.paid");
    }
  }

  @Test
  void aRateIsKeptToAndNothingIsLost() throws Exception {
    try (var publisher =
        to("/v1/hooks/slow", Credential.secret(SECRET)).batches(5, MIB, Duration.ZERO).open()) {
      List<CompletableFuture<Published>> all = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        all.add(publisher.publish(order(Integer.toString(i)).build()));
      }
      for (int i = 0; i < 12; i++) {
        assertEquals(all.get(i).get().cursor().toString(), acme.next("order.paid").id());
      }
      assertTrue(stage.relay().metrics().contains("RATE_LIMITED"), () -> "no request was refused");
    }
  }
}
