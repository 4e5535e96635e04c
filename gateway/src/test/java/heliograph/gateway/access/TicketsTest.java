package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A ticket is good once, for what it was bought for, and for half a minute. */
class TicketsTest {
  private static final String SECRET = "a-secret-of-the-tests-of-tickets-alone";
  private static final String NEXT = "another-secret-of-the-tests-of-tickets";
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Claims CLAIMS =
      new Claims(
          "Zoë \"👩\"",
          new Tenant("acme"),
          Set.of("operator", "a\\b"),
          topics("orders.>", "alerts.*"),
          NOW.plusSeconds(600),
          new Claims.Proof(
              "https://id", Optional.of("s-1"), Optional.of("t-1"), NOW.minusSeconds(60)));

  private Instant now = NOW;
  private final InstantSource clock = () -> now;
  private final Tickets tickets = new Tickets(List.of(SECRET), clock);

  private static List<TopicPattern> topics(String... topics) {
    return Arrays.stream(topics).map(TopicPattern::new).toList();
  }

  private static Claims with(List<TopicPattern> topics, Instant expires) {
    return new Claims(
        CLAIMS.subject(), CLAIMS.tenant(), CLAIMS.roles(), topics, expires, CLAIMS.proof());
  }

  /** What a stream does with a ticket: it looks at it, and uses it up. */
  private static Claims take(Tickets by, String ticket) {
    TicketText text = by.look(ticket);
    by.use(text);
    return text.claims();
  }

  private static void assertRefused(ErrorCode code, Tickets by, String ticket) {
    RelayException refusal = assertThrows(RelayException.class, () -> take(by, ticket));
    assertEquals(code, refusal.code(), refusal::detail);
  }

  @Test
  void itHoldsWhatItWasBoughtWithNarrowedToWhatWasAskedFor() {
    String ticket = tickets.sell(CLAIMS, topics("orders.42", "*.new", "alerts.>"));

    assertEquals(
        with(topics("orders.42", "orders.new", "alerts.new", "alerts.*"), CLAIMS.expires()),
        take(tickets, ticket));
  }

  @Test
  void nothingIsSoldForATopicThatTheTokenMayNotSee() {
    RelayException refusal =
        assertThrows(
            RelayException.class, () -> tickets.sell(CLAIMS, topics("orders.42", "secrets.>")));

    assertEquals(ErrorCode.NOT_ALLOWED, refusal.code());
  }

  @Test
  void itIsGoodOnce() {
    String ticket = tickets.sell(CLAIMS, topics(">"));
    take(tickets, ticket);

    assertRefused(ErrorCode.BAD_TOKEN, tickets, ticket);
  }

  @Test
  void toBeLookedAtUsesItNotUp() {
    String ticket = tickets.sell(CLAIMS, topics(">"));

    assertEquals(tickets.look(ticket), tickets.look(ticket));
    assertEquals(0, tickets.remembered());
    take(tickets, ticket);
    assertRefused(ErrorCode.BAD_TOKEN, tickets, ticket);
  }

  @Test
  void ofTwoWhoHaveLookedAtItOneUsesIt() {
    String ticket = tickets.sell(CLAIMS, topics(">"));
    TicketText first = tickets.look(ticket);
    TicketText second = tickets.look(ticket);
    tickets.use(second);

    RelayException refusal = assertThrows(RelayException.class, () -> tickets.use(first));
    assertEquals(ErrorCode.BAD_TOKEN, refusal.code());
  }

  @Test
  void itMayBecomeTooOldBetweenTheLookAndTheUse() {
    TicketText text = tickets.look(tickets.sell(CLAIMS, topics(">")));
    now = NOW.plus(Tickets.LIFE);

    RelayException refusal = assertThrows(RelayException.class, () -> tickets.use(text));
    assertEquals(ErrorCode.BAD_TOKEN, refusal.code());
  }

  @Test
  void ofManyWhoShowItAtOnceOneGetsIn() throws Exception {
    String ticket = tickets.sell(CLAIMS, topics(">"));
    Callable<Boolean> attempt =
        () -> {
          try {
            take(tickets, ticket);
            return true;
          } catch (RelayException _) {
            return false;
          }
        };

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int won = 0;
      for (Future<Boolean> each :
          threads.invokeAll(IntStream.range(0, 50).mapToObj(_ -> attempt).toList())) {
        won += each.get() ? 1 : 0;
      }
      assertEquals(1, won);
    }
  }

  @Test
  void itsTimeIsHalfAMinuteAndNotAMomentLonger() {
    String early = tickets.sell(CLAIMS, topics(">"));
    String late = tickets.sell(CLAIMS, topics(">"));
    now = NOW.plus(Tickets.LIFE).minusMillis(1);
    take(tickets, early);
    now = NOW.plus(Tickets.LIFE);

    assertRefused(ErrorCode.BAD_TOKEN, tickets, late);
  }

  @Test
  void itIsNoGoodOnceTheTimeOfItsTokenIsOver() {
    String ticket = tickets.sell(with(topics(">"), NOW.plusSeconds(10)), topics(">"));
    now = NOW.plusSeconds(10);

    assertRefused(ErrorCode.EXPIRED_TOKEN, tickets, ticket);
  }

  @Test
  void aClockThatIsSetBackMakesNoneGoodAgain() {
    String ticket = tickets.sell(CLAIMS, topics(">"));
    take(tickets, ticket);
    now = NOW.plusSeconds(120);
    take(tickets, tickets.sell(CLAIMS, topics(">")));
    now = NOW;

    assertRefused(ErrorCode.BAD_TOKEN, tickets, ticket);
  }

  @Test
  void everyBitOfItCounts() {
    String ticket = tickets.sell(CLAIMS, topics(">"));
    for (int at = 0; at < ticket.length(); at++) {
      for (int bit = 0; bit < 8; bit++) {
        char[] altered = ticket.toCharArray();
        altered[at] ^= (char) (1 << bit);
        assertRefused(ErrorCode.BAD_TOKEN, tickets, new String(altered));
      }
    }
    for (String altered :
        List.of("", ".", ticket + "=", ticket + ".", ticket + "A", "." + ticket, " " + ticket)) {
      assertRefused(ErrorCode.BAD_TOKEN, tickets, altered);
    }
    for (int end = 0; end < ticket.length(); end++) {
      assertRefused(ErrorCode.BAD_TOKEN, tickets, ticket.substring(0, end));
    }
    take(tickets, ticket);
  }

  @Test
  void anotherRelayWithTheSecretTakesItAndOneWithoutDoesNot() {
    String ticket = tickets.sell(CLAIMS, topics(">"));

    assertRefused(ErrorCode.BAD_TOKEN, new Tickets(List.of(NEXT), clock), ticket);
    assertRefused(ErrorCode.BAD_TOKEN, new Tickets(List.of(), clock), ticket);
    assertEquals(CLAIMS.subject(), take(new Tickets(List.of(SECRET), clock), ticket).subject());
  }

  @Test
  void secretsChangeWithoutAStop() {
    Tickets rotated = new Tickets(List.of(NEXT, SECRET), clock);

    take(rotated, tickets.sell(CLAIMS, topics(">")));
    take(new Tickets(List.of(NEXT), clock), rotated.sell(CLAIMS, topics(">")));
    assertRefused(ErrorCode.BAD_TOKEN, tickets, rotated.sell(CLAIMS, topics(">")));
  }

  @Test
  void withoutASecretEachRelayHasItsOwn() {
    Tickets own = new Tickets(List.of(), clock);

    take(own, own.sell(CLAIMS, topics(">")));
    assertRefused(
        ErrorCode.BAD_TOKEN, own, new Tickets(List.of(), clock).sell(CLAIMS, topics(">")));
  }

  @Test
  void oneThatWasSoldBeforeTheStartMayHaveBeenUsedAndIsRefused() {
    String ticket = tickets.sell(CLAIMS, topics(">"));
    now = NOW.plusMillis(1);

    assertRefused(ErrorCode.BAD_TOKEN, new Tickets(List.of(SECRET), clock), ticket);
  }

  /** Has a subject use tickets until it is refused; returns how many it could use. */
  private int useAll(String tenant, String subject) {
    Claims claims =
        new Claims(
            subject,
            new Tenant(tenant),
            Set.of(),
            List.of(new TopicPattern(">")),
            NOW.plus(Duration.ofHours(1)),
            Claims.Proof.NONE);
    int taken = 0;
    while (true) {
      TicketText text = tickets.look(tickets.sell(claims, topics("orders.1")));
      try {
        tickets.use(text);
      } catch (RelayException refusal) {
        assertEquals(ErrorCode.IDENTITY_UNAVAILABLE, refusal.code());
        return taken;
      }
      taken++;
    }
  }

  @Test
  void whoHasUsedTooManyUsesNoMoreUntilTheirTimeIsOverAndOthersDo() {
    int ofOne = useAll("acme", "greedy");
    assertEquals(Tickets.MAX_USED / 3 + 1, ofOne);
    int ofAnother = useAll("acme", "modest");
    assertTrue(ofAnother > 1000, () -> ofAnother + " of the same tenant");
    int ofOthers = useAll("globex", "greedy");
    assertTrue(ofOthers > 10_000, () -> ofOthers + " of another tenant");
    assertEquals(ofOne + ofAnother + ofOthers, tickets.remembered());

    now = NOW.plus(Tickets.LIFE);
    take(tickets, tickets.sell(CLAIMS, topics("orders.1")));
    assertEquals(1, tickets.remembered());
    assertTrue(useAll("acme", "greedy") > 10_000, "as many as before, or nearly");
  }

  @Test
  void oneThatWouldNotFitIsNotSold() {
    List<TopicPattern> many = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      many.add(new TopicPattern("orders." + "x".repeat(180) + i));
    }

    RelayException refusal =
        assertThrows(RelayException.class, () -> tickets.sell(CLAIMS, List.copyOf(many)));

    assertEquals(ErrorCode.TOO_LARGE, refusal.code());
  }

  /** It would be written as a question mark, and so be another's. */
  @Test
  void aSubjectThatIsNoTextGetsNone() {
    Claims half =
        new Claims("a\ud83d", new Tenant("acme"), Set.of(), NOW.plus(Duration.ofHours(1)));

    RelayException refusal =
        assertThrows(RelayException.class, () -> tickets.sell(half, topics(">")));

    assertEquals(ErrorCode.BAD_TOKEN, refusal.code());
  }

  /** No token and no secret is in it: it is signed, and can be read by whoever sees it. */
  @Test
  void itSaysWhoAndWhatAndNothingElse() {
    String content = tickets.sell(CLAIMS, topics("orders.1")).replaceFirst("\\..*", "");
    String json = new String(Base64.getUrlDecoder().decode(content), StandardCharsets.UTF_8);

    assertTrue(
        json.matches(
            "\\{\"id\":\"[A-Za-z0-9_-]{22}\",\"sold\":\\d+,\"until\":\\d+,\"sub\":.*,\"tenant\":"
                + "\"acme\",\"roles\":\\[.*],\"topics\":\\[\"orders.1\"],\"exp\":\\d+,\"iss\":"
                + "\"https://id\",\"sid\":\"s-1\",\"jti\":\"t-1\",\"iat\":\\d+}"),
        json);
  }
}
