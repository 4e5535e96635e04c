package heliograph.gateway.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.relay.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An event is parsed once for all filters, as long as there is room for it. */
class ParsedEventsTest {
  private static StoredEvent event(int number, int items) {
    String data = "{\"number\":" + number + ",\"items\":[0" + ",1".repeat(items) + "]}";
    byte[] json = data.getBytes(StandardCharsets.US_ASCII);
    return new StoredEvent(
        new Event(
            Integer.toString(number),
            "/publishers/test",
            "order.paid",
            new Tenant("acme"),
            new Topic("orders"),
            new Audience.Everyone(),
            new Attributes(Map.of()),
            Payload.json(json, 0, json.length)),
        new Cursor("e", number));
  }

  private static Object data(ParsedEvents events, StoredEvent event) {
    return events.of(event).find(FilteredEvent.DATA).orElseThrow();
  }

  private static Object attributes(ParsedEvents events, StoredEvent event) {
    return events.of(event).find(FilteredEvent.EVENT).orElseThrow();
  }

  @Test
  void allFiltersShareWhatWasParsed() {
    ParsedEvents events = new ParsedEvents(ParsedEvents.FOR_ONE);
    StoredEvent event = event(1, 10);

    Object data = data(events, event);
    Object attributes = attributes(events, event);

    assertSame(data, data(events, event));
    assertSame(attributes, attributes(events, event));
    assertTrue(events.bytes() > event.event().size());
  }

  @Test
  void whatWasLookedAtStaysAndTheRestMakesRoom() {
    StoredEvent looked = event(0, 1000);
    long one = bytesOf(event(10, 1000));
    ParsedEvents events = new ParsedEvents(4 * one + one / 2);
    Object before = data(events, looked);
    List<StoredEvent> others = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      StoredEvent other = event(i, 1000);
      others.add(other);
      data(events, other);
      assertSame(before, data(events, looked));
      assertTrue(events.bytes() <= 4 * one + one / 2);
    }

    Object fourth = data(events, others.get(3));
    assertSame(fourth, data(events, others.get(3)));
  }

  private static long bytesOf(StoredEvent event) {
    ParsedEvents events = new ParsedEvents(ParsedEvents.FOR_ONE);
    data(events, event);
    return events.bytes();
  }

  @Test
  void withoutRoomAnEventIsParsedOncePerEvaluation() {
    ParsedEvents events = new ParsedEvents(0);
    StoredEvent event = event(1, 10);
    FilteredEvent evaluation = events.of(event);

    assertSame(
        evaluation.find(FilteredEvent.DATA).orElseThrow(),
        evaluation.find(FilteredEvent.DATA).orElseThrow());
    assertNotSame(data(events, event), data(events, event));
    assertEquals(data(events, event), data(events, event));
    assertEquals(0, events.bytes());
  }

  @Test
  void aBlockThatManyReplayIsParsedOnce() {
    ParsedEvents events = new ParsedEvents(8L << 20);
    List<StoredEvent> block = IntStream.range(0, 64).mapToObj(i -> event(i, 300)).toList();
    List<Object> first = block.stream().map(it -> data(events, it)).toList();

    for (int stream = 0; stream < 19; stream++) {
      for (int i = 0; i < block.size(); i++) {
        assertSame(first.get(i), data(events, block.get(i)));
      }
    }
  }

  @Test
  void manyThreadsKeepTheBound() throws InterruptedException {
    List<StoredEvent> block = IntStream.range(0, 64).mapToObj(i -> event(i, 50)).toList();
    long room = 10 * bytesOf(event(10, 50));
    ParsedEvents events = new ParsedEvents(room);
    List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      threads.add(Thread.ofPlatform().start(() -> lookAround(events, block, seed, wrong)));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertEquals(List.of(), wrong);
    assertTrue(events.bytes() <= room);
  }

  private static void lookAround(
      ParsedEvents events, List<StoredEvent> block, int seed, List<String> wrong) {
    for (int i = 0; i < 20_000; i++) {
      int at = (i * 31 + seed * 7) % block.size();
      if (!(data(events, block.get(at)) instanceof DataObject data)
          || !Long.valueOf(at).equals(data.get("number"))) {
        wrong.add("event " + at);
      }
    }
  }
}
