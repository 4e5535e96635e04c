package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a revocation covers, and that it outlives the process. */
class RevocationsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path folder;

  private static Revocation read(String json) {
    return Json.read(
        json.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
        parser -> Revocation.read(parser, NOW));
  }

  private static Revocation.Facts facts(Instant issued) {
    return Revocation.Facts.of(issued(issued));
  }

  /** Of ada at acme, by the token t1 of the session s1 of the issuer i1. */
  private static Claims issued(Instant at) {
    return new Claims(
        "ada",
        new Tenant("acme"),
        Set.of(),
        List.of(TopicPattern.ALL),
        Instant.MAX,
        new Claims.Proof("i1", Optional.of("s1"), Optional.of("t1"), at));
  }

  private Path file() {
    return folder.resolve("sub").resolve("revocations.jsonl");
  }

  private Revocations open(Instant now) {
    return new Revocations(new RevocationFile(Optional.of(file())), DAY, InstantSource.fixed(now));
  }

  private static void write(Path file, String revocation) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, revocation, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
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
    assertEquals(covered, read(revocation).covers(facts(NOW.minusSeconds(1))));
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
        "{'tenant':'not a tenant'}",
        "{'subject':'ada','befor':'2026-01-02T03:04:00Z'}",
        "{'subject':'ada','before':'yesterday'}",
        "{'subject':'ada','before':'2026-01-02T03:04Z'}",
        "{'subject':'ada','before':'2026-01-02T03:04:06Z'}",
      })
  void whatIsNotClearIsRefused(String revocation) {
    assertThrows(RelayException.class, () -> read(revocation));
  }

  @Test
  void aTextHasABound() {
    assertEquals("x".repeat(512), read("{'subject':'" + "x".repeat(512) + "'}").subject().get());
    assertThrows(RelayException.class, () -> read("{'subject':'" + "x".repeat(513) + "'}"));
  }

  @Test
  void whatWasTakenBackStaysSo() throws IOException {
    write(file(), line("subject", "ada") + line("token", "t9"));
    Revocations revocations = open(NOW.plusSeconds(60));

    RelayException refusal =
        assertThrows(RelayException.class, () -> revocations.check(issued(NOW)));
    assertEquals(ErrorCode.REVOKED_TOKEN, refusal.code());
    assertEquals(2, revocations.all().size());
    revocations.check(issued(NOW.plusSeconds(1)));
  }

  @Test
  void afterItsTimeItIsForgotten() throws IOException {
    write(file(), line("subject", "ada"));

    assertEquals(1, open(NOW.plus(DAY).minusMillis(1)).all().size());
    assertEquals(0, open(NOW.plus(DAY)).all().size());
    assertEquals("", Files.readString(file()));
  }

  /** Nobody was told that it is kept. */
  @Test
  void aLastLineWithoutItsEndIsDropped() throws IOException {
    write(file(), line("subject", "ada") + "{\"subject\":\"bo");

    assertEquals(1, open(NOW).all().size());
    assertEquals(line("subject", "ada"), Files.readString(file()));
  }

  @Test
  void aDamagedLineStopsTheStartAndStays() throws IOException {
    String damaged = line("subject", "ada") + "{\"subject\":\n" + line("token", "t1");
    write(file(), damaged);

    BadConfiguration refusal = assertThrows(BadConfiguration.class, () -> open(NOW));
    assertTrue(refusal.getMessage().contains("line 2"), refusal::getMessage);
    assertEquals(damaged, Files.readString(file()));
  }

  @Test
  void aFileThatCannotBeWrittenStopsTheStart() throws IOException {
    write(folder.resolve("sub"), "a file where a folder should be");

    assertThrows(BadConfiguration.class, () -> open(NOW));
  }
}
