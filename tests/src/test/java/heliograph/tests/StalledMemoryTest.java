package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What waits for those who do not read is more than the heap can hold. The relay goes on for
 * everybody else, and they get all of it later, from the log.
 */
@Tag("log")
class StalledMemoryTest {
  private static final String KEY = "memory-key-0123456789";
  private static final int TENANTS = 7;
  private static final int EVENTS = 36;
  private static final String FILL = "x".repeat(250_000);
  private static final int SMALL_BUFFER = 4096;

  // Of the mix.
  private static final int SEED = 4711;
  private static final int STEPS = 300;
  private static final int MOST_STALLED = 40;

  private static final List<String> ASKED =
      List.of(
          "/v1/stream?",
          "/v1/stream?replay=1000",
          "/v1/stream?since=2000-01-01T00:00:00Z&format=cloudevents",
          "/v1/stream?snapshot=true&event=topic",
          "/v1/stream?latest=true&window=PT0.1S",
          "/v1/stream?filter=event.topic%20!%3D%20'none'",
          "/v1/events?since=2000-01-01T00:00:00Z",
          "/v1/events?replay=20&latest=true");

  private final List<Socket> unread = new ArrayList<>();
  private TestIssuer issuer;
  private RelayProcess relay;
  private Publisher publisher;
  private SseClient neighbour;
  private int trips;

  @BeforeEach
  void start() throws Exception {
    issuer = TestIssuer.start();
    // Its log in memory has 15 MB.
    relay =
        RelayProcess.startWithHeap(
            "96m",
            issuer,
            """
            publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: ["*"] } ]
            stream: { write-timeout: PT60S }
            """
                .formatted(KEY));
    publisher = Publisher.withKey(relay, "backend", KEY);
    neighbour = SseClient.join(relay, issuer.token("nora", "neighbour"), "");
  }

  @AfterEach
  void stop() throws Exception {
    for (Socket socket : unread) {
      socket.close();
    }
    neighbour.close();
    try {
      assertUnharmed();
    } finally {
      relay.close();
      issuer.close();
    }
  }

  private static String tenant(int number) {
    return "tenant" + number;
  }

  private void publish(int tenant, int number, String fill) throws Exception {
    publisher.publish(tenant(tenant), "t." + number % 3, "\"" + number + " " + fill + "\"");
  }

  /** Somebody else is served meanwhile. */
  private void makeTrip() throws Exception {
    trips++;
    publisher.publish("neighbour", "t", Integer.toString(trips));
    assertEquals(Integer.toString(trips), neighbour.next("test.happened").data());
  }

  /** The relay is as well as if nothing had been. */
  private void assertUnharmed() throws Exception {
    assertEquals(0, relay.logged("OutOfMemoryError"), relay::log);
    relay.assertWell();
  }

  @Test
  void readersThatStopGetEverythingLater() throws Exception {
    List<SseClient> readers = new ArrayList<>();
    for (int i = 0; i < 2 * TENANTS; i++) {
      SseClient reader = SseClient.stalled(relay, issuer.token("reader", tenant(i % TENANTS)), "");
      while (reader.lastEventId().isEmpty()) {
        reader.readSome(SMALL_BUFFER);
      }
      reader.next("system.connected");
      readers.add(reader);
    }
    for (int n = 0; n < EVENTS; n++) {
      for (int tenant = 0; tenant < TENANTS; tenant++) {
        publish(tenant, n, FILL);
      }
      makeTrip();
    }
    assertUnharmed();
    // Those who had to wait no longer in memory are told by name, and the neighbour is none of
    // them.
    Set<String> late = relay.late("memory");
    assertFalse(late.isEmpty(), "nobody was late");
    assertFalse(late.contains("neighbour"), late::toString);

    // One of each tenant reads on, or comes back with its last id; the other stays as it is.
    for (int tenant = 0; tenant < TENANTS; tenant++) {
      SseClient reader = readers.get(tenant);
      if (tenant % 2 == 0) {
        Thread.ofVirtual().start(reader::readAll);
        assertAllComes(reader, EVENTS);
      } else {
        reader.close();
        String token = issuer.token("reader", tenant(tenant));
        String query = "?lastEventId=" + reader.lastEventId();
        try (SseClient again = SseClient.join(relay, token, query)) {
          assertAllComes(again, EVENTS);
        }
      }
    }
    for (SseClient reader : readers) {
      reader.close();
    }
    makeTrip();
  }

  /**
   * Takes events up to the newest: in order, none twice, and each of them, but what a log in memory
   * has let go of, which is told.
   */
  private static void assertAllComes(SseClient reader, int events) throws Exception {
    List<Integer> came = new ArrayList<>();
    int next = 0;
    while (next < events) {
      SseParser.Event event = reader.next();
      if (event.type().equals("system.gap")) {
        assertEquals("memory", System.getProperty("heliograph.durability"), event::toString);
        assertEquals("retention", Json.object(event.data()).get("reason"), event::toString);
        event = reader.next("test.happened");
        next = number(event);
      }
      came.add(number(event));
      assertEquals(next, came.getLast(), () -> "came: " + came);
      next++;
    }
    reader.assertExhausted();
  }

  private static int number(SseParser.Event event) {
    return Integer.parseInt(event.data().substring(1, event.data().indexOf(' ')));
  }

  /** Who is there, what it asks for and when it leaves comes by chance, the same each time. */
  @Test
  void noMixOfReadersIsTooMuch() throws Exception {
    Random random = new Random(SEED);
    int[] published = new int[3];
    for (int step = 0; step < STEPS; step++) {
      int tenant = random.nextInt(published.length);
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3, 4 -> publish(tenant, published[tenant]++, FILL);
        case 5 -> publishMany(tenant, published);
        case 6 -> leave(random);
        case 7 -> readSome(random);
        default -> ask(tenant, random);
      }
      if (step % 10 == 0) {
        makeTrip();
      }
    }
    assertUnharmed();

    // What they held of the log would have their tenants' other readers wait for a while.
    for (Socket socket : unread) {
      socket.close();
    }
    for (int tenant = 0; tenant < published.length; tenant++) {
      String token = issuer.token("late", tenant(tenant));
      try (SseClient late = SseClient.join(relay, token, "?since=2000-01-01T00:00:00Z")) {
        assertAllComes(late, published[tenant]);
      }
    }
    makeTrip();
  }

  private void publishMany(int tenant, int[] published) throws Exception {
    List<String> events =
        IntStream.range(0, 20)
            .mapToObj(
                _ ->
                    "{\"tenant\":\"%s\",\"topic\":\"t\",\"type\":\"test.happened\",\"partitionkey\":\"k\",\"data\":\"%d \"}"
                        .formatted(tenant(tenant), published[tenant]++))
            .toList();
    assertEquals(202, publisher.json(events.toString()).status());
  }

  /** Asks for a stream or a poll, of which nothing is read for now. */
  private void ask(int tenant, Random random) throws IOException {
    if (unread.size() == MOST_STALLED) {
      return;
    }
    Socket socket = SseClient.connect(relay, SMALL_BUFFER);
    unread.add(socket);
    String asked = ASKED.get(random.nextInt(ASKED.size()));
    String gzip = random.nextBoolean() ? "Accept-Encoding: gzip\r\n" : "";
    String token = issuer.token("reader" + random.nextInt(9), tenant(tenant));
    OutputStream out = socket.getOutputStream();
    out.write(
        "GET %s HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer %s\r\n%s\r\n"
            .formatted(asked, token, gzip)
            .getBytes(StandardCharsets.US_ASCII));
  }

  private void leave(Random random) throws IOException {
    if (!unread.isEmpty()) {
      unread.remove(random.nextInt(unread.size())).close();
    }
  }

  /** Some of what has come to one of them by now. */
  private void readSome(Random random) throws IOException {
    if (!unread.isEmpty()) {
      Socket socket = unread.get(random.nextInt(unread.size()));
      int there = Math.min(socket.getInputStream().available(), 1 << random.nextInt(20));
      assertTrue(socket.getInputStream().readNBytes(there).length == there);
    }
  }
}
