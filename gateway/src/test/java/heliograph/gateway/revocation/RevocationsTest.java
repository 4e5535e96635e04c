package heliograph.gateway.revocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.json.Json;
import heliograph.gateway.revocation.Revocation.Facts;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.log.disk.DiskLog;
import heliograph.relay.Hub;
import heliograph.relay.Limits;
import heliograph.relay.MemoryLog;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a revocation covers, how long and beside how many others, and that it outlives the process.
 */
class RevocationsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Duration DAY = Duration.ofDays(1);
  private static final RevocationShares.Limits PLENTY =
      new RevocationShares.Limits(10_000, 10_000, 1000);

  @TempDir private Path folder;

  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private Hub hub;

  @BeforeEach
  void start() {
    hub =
        new Hub(
            new MemoryLog(new Retention(DAY, 10, 1 << 20, DAY), 1 << 20, now::get),
            new Limits(10, 10, 10, 10, 10, 10, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
            now::get,
            System::nanoTime);
    hub.start();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private static Revocation read(String json) {
    return Json.read(
        json.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
        new RevocationText(NOW, DAY)::read);
  }

  private static Facts facts(Instant issued) {
    return Facts.of(issued(issued));
  }

  /** Claims of ada at acme, by the token t1 of the session s1 of the issuer i1. */
  private static Claims issued(Instant at) {
    return claims("ada", "s1", at);
  }

  private static Claims claims(String subject, String session, Instant issued) {
    return new Claims(
        subject,
        new Tenant("acme"),
        Set.of(),
        List.of(TopicPattern.ALL),
        Instant.MAX,
        new Claims.Proof("i1", Optional.of(session), Optional.of("t1"), issued));
  }

  private Path file() {
    return folder.resolve("revocations.jsonl");
  }

  private Revocations open(Duration keep, RevocationShares.Limits limits) {
    Optional<Path> directory = Optional.of(folder.resolve("store"));
    Revocations revocations =
        new Revocations(
            DiskLog.openLedger(directory.get(), now::get),
            new RevocationsConfig(directory, Optional.of(file()), keep, limits, true),
            now::get);
    revocations.start();
    return revocations;
  }

  private Revocations open() {
    return open(DAY, PLENTY);
  }

  private Revocations.Taken take(Revocations revocations, String json) {
    return revocations.add(read(json), hub);
  }

  private static List<String> all(Revocations revocations) {
    return revocations.page(Optional.empty(), 1000, _ -> true).entries().stream()
        .map(it -> it.revocation().session().or(() -> it.revocation().subject()).orElse("?"))
        .sorted()
        .toList();
  }

  private static void assertCovered(Revocations revocations, Claims claims) {
    RelayException refusal = assertThrows(RelayException.class, () -> revocations.check(claims));
    assertEquals(ErrorCode.REVOKED_TOKEN, refusal.code());
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static String line(String member, String value) {
    return "{\"%s\":\"%s\",\"before\":\"%s\"}\n".formatted(member, value, NOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'subject':'ada'} | true",
        "{'subject':'ada','tenant':'acme'} | true",
        "{'subject':'ada','tenant':'other'} | false",
        "{'subject':'bob'} | false",
        "{'tenant':'acme'} | true",
        "{'session':'s1'} | true",
        "{'session':'s2'} | false",
        "{'session':'s1','issuer':'i2'} | false",
        "{'token':'t1','issuer':'i1'} | true",
        "{'token':'t1','subject':'bob'} | false",
      })
  void itCoversWhatHasEachFact(String revocation, boolean covered) {
    Claims claims = issued(NOW.minusSeconds(1));
    assertEquals(covered, read(revocation).covers(Facts.of(claims)));
    assertEquals(covered, read(revocation).covers(claims));
    try (Revocations revocations = open()) {
      take(revocations, revocation);
      if (covered) {
        assertCovered(revocations, claims);
      } else {
        revocations.check(claims);
      }
    }
  }

  @Test
  void whatIsIssuedLaterIsAsGoodAsAny() {
    Revocation revocation = read("{'subject':'ada','before':'2026-01-02T03:04:00Z'}");
    Instant before = Instant.parse("2026-01-02T03:04:00Z");
    assertTrue(revocation.covers(facts(before)), "within the same second it may have been before");
    assertFalse(revocation.covers(facts(before.plusSeconds(1))));
    assertTrue(revocation.covers(facts(Instant.EPOCH)), "who does not say when");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "'ada'",
        "{'issuer':'i1'}",
        "{'subject':''}",
        "{'subject':7}",
        "{'subject':null}",
        "{'subject':['ada']}",
        "{'subject':'\\ud800'}",
        "{'tenant':'not a tenant'}",
        "{'subject':'ada','befor':'2026-01-02T03:04:00Z'}",
        "{'subject':'ada','before':'yesterday'}",
        "{'subject':'ada','before':'2026-01-02T03:04Z'}",
        "{'subject':'ada','before':'2026-01-02T03:04:06Z'}",
        "{'subject':'ada','expires':'tomorrow'}",
        "{'subject':'ada','expires':'2026-01-02T03:04:05Z'}",
        "{'subject':'ada','expires':'2026-01-03T03:04:05.001Z'}",
        "{'subject':'ada','before':'2026-01-01T03:04:05Z','expires':'2026-01-02T03:04:06Z'}",
      })
  void whatIsNotClearIsRefused(String revocation) {
    RelayException refusal = assertThrows(RelayException.class, () -> read(revocation));
    assertTrue(
        Set.of(ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_JSON, ErrorCode.INVALID_EVENT)
            .contains(refusal.code()));
  }

  @Test
  void aTextHasABound() {
    assertEquals("x".repeat(512), read("{'subject':'" + "x".repeat(512) + "'}").subject().get());
    assertThrows(RelayException.class, () -> read("{'subject':'" + "x".repeat(513) + "'}"));
  }

  @Test
  void whatWasTakenBackStaysSo() {
    String text = "sch\u00f6n \ud83d\ude00 " + "x".repeat(500);
    try (Revocations revocations = open()) {
      take(revocations, "{'subject':'ada','tenant':'acme','issuer':'i1'}");
      take(revocations, "{'session':'" + text + "','expires':'2026-01-02T04:00:00.123Z'}");
    }
    try (Revocations revocations = open()) {
      assertEquals(2, revocations.count());
      assertCovered(revocations, issued(NOW));
      assertCovered(revocations, claims("bob", text, NOW));
      revocations.check(issued(NOW.plusSeconds(1)));
      assertEquals(List.of("ada", text), all(revocations));
    }
  }

  @Test
  void equalOnesAreOneAndTheLaterHolds() {
    try (Revocations revocations = open()) {
      String id =
          take(revocations, "{'subject':'ada','before':'2026-01-02T03:00:00Z'}").id().text();
      for (String before : List.of("03:00:00", "03:02:00", "03:01:00")) {
        Revocations.Taken taken =
            take(revocations, "{'subject':'ada','before':'2026-01-02T%sZ'}".formatted(before));
        assertEquals(id, taken.id().text());
      }
      assertEquals(1, revocations.count());
      assertCovered(revocations, issued(Instant.parse("2026-01-02T03:02:00Z")));
      revocations.check(issued(Instant.parse("2026-01-02T03:02:01Z")));
      take(revocations, "{'subject':'ada','tenant':'acme'}");
      assertEquals(2, revocations.count());
    }
  }

  @Test
  void whatIsGivenBackIsGoodAgainAndStaysSo() {
    RevocationId id;
    try (Revocations revocations = open()) {
      id = take(revocations, "{'subject':'ada'}").id();
      take(revocations, "{'subject':'bob'}");
      assertTrue(revocations.giveBack(id));
      assertFalse(revocations.giveBack(id));
      revocations.check(issued(NOW));
    }
    try (Revocations revocations = open()) {
      revocations.check(issued(NOW));
      assertEquals(List.of("bob"), all(revocations));
      assertFalse(revocations.giveBack(id));
    }
  }

  @Test
  void afterItsTimeItIsForgotten() {
    try (Revocations revocations = open()) {
      take(revocations, "{'subject':'ada','expires':'2026-01-02T04:04:05Z'}");
      take(revocations, "{'subject':'bob'}");
      now.set(Instant.parse("2026-01-02T04:04:05Z").plus(Life.SKEW).minusMillis(1));
      // A publisher's token is good for as long after its end.
      assertCovered(revocations, issued(NOW));

      now.set(now.get().plusMillis(1));
      revocations.check(issued(NOW));
      assertEquals(List.of("bob"), all(revocations));
      take(revocations, "{'subject':'bob'}");
      assertEquals(1, revocations.count());
    }
    try (Revocations revocations = open()) {
      assertEquals(1, revocations.count());
      now.set(now.get().plus(DAY));
      // Nothing from then is good any more, so it need not be kept.
      assertFalse(revocations.giveBack(take(revocations, "{'subject':'eve'}").id()));
      assertEquals(0, revocations.count());
    }
  }

  /** Were it not so, whatever was forgotten until now would be good once more. */
  @Test
  void whatIsIssuedBeforeTheTimeIsRaisedIsNoLongerGoodByIt() {
    try (Revocations revocations = open()) {
      assertEquals(NOW.plus(DAY), revocations.life().end(NOW));
      take(revocations, "{'subject':'ada'}");
    }
    now.set(NOW.plusSeconds(100));
    for (int start = 0; start < 2; start++) {
      try (Revocations revocations = open(DAY.multipliedBy(9), PLENTY)) {
        Life life = revocations.life();
        assertEquals(NOW.plus(DAY), life.end(NOW));
        assertEquals(now.get().plus(DAY), life.end(NOW.plusSeconds(100)));
        assertEquals(
            NOW.plusSeconds(101).plus(DAY.multipliedBy(9)), life.end(NOW.plusSeconds(101)));
      }
    }
    try (Revocations revocations = open(Duration.ofHours(2), PLENTY)) {
      assertEquals(NOW.plus(Duration.ofHours(2)), revocations.life().end(NOW));
      assertEquals(NOW.plusSeconds(7400), revocations.life().end(NOW.plusSeconds(200)));
    }
  }

  @Test
  void pagesAreWholeWhateverComesBetween() {
    try (Revocations revocations = open()) {
      Set<RevocationId> before = new HashSet<>();
      for (int i = 0; i < 25; i++) {
        before.add(take(revocations, "{'session':'s" + i + "'}").id());
      }
      List<RevocationId> seen = new ArrayList<>();
      Optional<RevocationId> cursor = Optional.empty();
      int pages = 0;
      do {
        Revocations.Page page = revocations.page(cursor, 10, _ -> true);
        page.entries().forEach(it -> seen.add(it.id()));
        assertTrue(page.entries().size() <= 10);
        take(revocations, "{'session':'later" + pages + "'}");
        cursor = page.next();
        pages++;
      } while (cursor.isPresent());
      assertEquals(seen.size(), new HashSet<>(seen).size());
      assertTrue(seen.containsAll(before));
      assertTrue(pages >= 3 && pages <= 4, "pages: " + pages);
      assertEquals(
          1,
          revocations
              .page(Optional.empty(), 10, it -> it.session().equals(Optional.of("s7")))
              .entries()
              .size());
    }
  }

  @Test
  void theManyLoginsOfOneSubjectBecomeOne() {
    try (Revocations revocations = open(DAY, new RevocationShares.Limits(100, 50, 5))) {
      take(revocations, "{'session':'other','subject':'bob','issuer':'i1'}");
      for (int i = 0; i < 5; i++) {
        take(revocations, "{'session':'s" + i + "','subject':'ada','issuer':'i1'}");
      }
      assertEquals(6, revocations.count());
      now.set(NOW.plusSeconds(10));
      Revocations.Taken folded =
          take(revocations, "{'session':'s5','subject':'ada','issuer':'i1'}");

      assertEquals(Optional.empty(), folded.revocation().session());
      assertEquals(now.get(), folded.revocation().before());
      assertEquals(List.of("ada", "other"), all(revocations));
      // More than was asked for, and never less.
      for (String session : List.of("s0", "s5", "s6")) {
        assertCovered(revocations, claims("ada", session, NOW));
      }
      revocations.check(claims("ada", "s6", NOW.plusSeconds(11)));
      assertCovered(revocations, claims("bob", "other", NOW));
      revocations.check(claims("bob", "s0", NOW));
    }
  }

  @Test
  void oneTenantsShareIsNotAnothers() {
    try (Revocations revocations = open(DAY, new RevocationShares.Limits(100, 3, 5))) {
      for (int i = 0; i < 3; i++) {
        take(revocations, "{'session':'s" + i + "','issuer':'i1'}");
      }
      RelayException refusal =
          assertThrows(
              RelayException.class, () -> take(revocations, "{'session':'x','issuer':'i1'}"));
      assertEquals(ErrorCode.REVOCATIONS_UNAVAILABLE, refusal.code());
      assertTrue(refusal.detail().contains("relay.limits.revocations-per-tenant"));
      take(revocations, "{'session':'s1','issuer':'i1'}");
      take(revocations, "{'session':'x','issuer':'i2'}");
      take(revocations, "{'session':'x','tenant':'acme','issuer':'i1'}");
      take(revocations, "{'session':'x'}");
      assertEquals(6, revocations.count());
    }
  }

  @Test
  void theLastAreLeftToTheOperatorWhoNamesNeitherTenantNorIssuer() {
    try (Revocations revocations = open(DAY, new RevocationShares.Limits(16, 16, 5))) {
      for (int i = 0; i < 15; i++) {
        take(revocations, "{'session':'s%d','tenant':'t%d'}".formatted(i, i));
      }
      for (String owned :
          List.of("{'session':'x','tenant':'other'}", "{'session':'x','issuer':'i1'}")) {
        RelayException refusal = assertThrows(RelayException.class, () -> take(revocations, owned));
        assertEquals(ErrorCode.REVOCATIONS_UNAVAILABLE, refusal.code());
      }

      take(revocations, "{'session':'x'}");

      assertThrows(RelayException.class, () -> take(revocations, "{'session':'y'}"));
      assertEquals(16, revocations.count());
    }
  }

  @Test
  void atTheTotalNoMoreAreKeptUntilSomeAreOver() {
    try (Revocations revocations = open(DAY, new RevocationShares.Limits(3, 3, 3))) {
      for (int i = 0; i < 3; i++) {
        take(
            revocations, "{'session':'s%d','expires':'2026-01-02T0%d:30:00Z'}".formatted(i, i + 4));
      }
      RelayException refusal =
          assertThrows(RelayException.class, () -> take(revocations, "{'session':'x'}"));
      assertTrue(refusal.detail().contains("relay.limits.revocations "));
      revocations.check(claims("eve", "x", NOW));
      now.set(Instant.parse("2026-01-02T04:31:00Z"));
      take(revocations, "{'session':'x'}");
      assertEquals(List.of("s1", "s2", "x"), all(revocations));
    }
  }

  @Test
  void whatNamesTheSameHasABound() {
    try (Revocations revocations = open()) {
      for (int i = 0; i < RevocationShares.MAX_PER_PLACE; i++) {
        take(revocations, "{'token':'t','tenant':'a" + i + "'}");
      }
      assertThrows(RelayException.class, () -> take(revocations, "{'token':'t','tenant':'more'}"));
      // Another issuer's names are none of it.
      take(revocations, "{'token':'t','issuer':'i1','tenant':'more'}");
      take(revocations, "{'tenant':'more'}");
    }
  }

  @Test
  void whatAnOlderRelayKeptIsTakenOverOnce() throws IOException {
    write(file(), line("subject", "ada") + line("token", "t9") + line("subject", "ada"));
    try (Revocations revocations = open()) {
      assertEquals(2, revocations.count());
      assertCovered(revocations, issued(NOW));
      revocations.giveBack(RevocationId.of(read("{'subject':'ada'}")));
    }
    assertFalse(Files.exists(file()));
    assertTrue(Files.exists(folder.resolve("revocations.jsonl.imported")));
    try (Revocations revocations = open()) {
      assertEquals(1, revocations.count());
      revocations.check(claims("ada", "s", NOW));
    }
  }

  /** Nobody was told that it is kept. */
  @Test
  void aLastLineWithoutItsEndIsDropped() throws IOException {
    write(file(), line("subject", "ada") + "{\"subject\":\"bo");
    try (Revocations revocations = open()) {
      assertEquals(1, revocations.count());
    }
  }

  @Test
  void aDamagedLineStopsTheStartAndStays() throws IOException {
    String damaged = line("subject", "ada") + "{\"subject\":\n" + line("token", "t1");
    write(file(), damaged);

    BadConfiguration refusal = assertThrows(BadConfiguration.class, this::open);
    assertTrue(refusal.getMessage().contains("line 2"), refusal::getMessage);
    assertEquals(damaged, Files.readString(file()));
  }

  /** What a write left that failed is nobody's, neither now nor later. */
  @Test
  void whatCouldNotBeKeptIsNotTakenBack() {
    BrokenLedger ledger = new BrokenLedger();
    RevocationsConfig config =
        new RevocationsConfig(
            Optional.empty(), Optional.empty(), DAY, new RevocationShares.Limits(10, 10, 2), false);
    try (Revocations revocations = new Revocations(ledger, config, now::get)) {
      revocations.start();
      RevocationId bob = take(revocations, "{'subject':'bob'}").id();
      take(revocations, "{'session':'s1','subject':'ada'}");
      take(revocations, "{'session':'s2','subject':'ada'}");
      ledger.isBroken(true);
      for (String failing : List.of("{'subject':'eve'}", "{'session':'s3','subject':'ada'}")) {
        RelayException refusal =
            assertThrows(RelayException.class, () -> take(revocations, failing));
        assertEquals(ErrorCode.REVOCATIONS_UNAVAILABLE, refusal.code());
      }
      assertThrows(RelayException.class, () -> revocations.giveBack(bob));
      assertEquals(3, revocations.count());
      ledger.isBroken(false);

      take(revocations, "{'subject':'joe'}");
      assertEquals(List.of("bob", "joe", "s1", "s2"), all(revocations));
      assertEquals(4, revocations.count());
      revocations.check(claims("eve", "s", NOW));
      revocations.check(claims("ada", "s3", NOW));
      assertCovered(revocations, claims("ada", "s2", NOW));
      assertCovered(revocations, claims("bob", "s", NOW));
    }
  }
}
