package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the audit gets full within a line, and has room again. */
class AuditDiskTest {
  // It is less than a line has, and more than nothing.
  private static final int HALF_A_LINE = 60;

  @TempDir Path folder;
  private Path audit;
  private TestIssuer issuer;
  private RelayProcess relay;

  @BeforeEach
  void start() throws Exception {
    audit = folder.resolve("audit.jsonl");
    issuer = TestIssuer.start();
    relay = RelayProcess.start(configuration());
  }

  private String configuration() {
    return """
    identity: { issuers: [%s] }
    admin: { audit: { file: "%s" } }
    """
        .formatted(issuer.yaml(), audit);
  }

  @AfterEach
  void stop() throws Exception {
    relay.close();
    issuer.close();
  }

  private Answer end(String reason) throws Exception {
    return relay
        .admin()
        .send("DELETE", "/admin/v1/streams?tenant=acme&reason=" + reason, new byte[0]);
  }

  /** The reasons in the audit, each of whose lines is whole, but for those that are left out. */
  private List<String> noted(String... torn) throws Exception {
    List<String> reasons = new ArrayList<>();
    for (String line : Files.readAllLines(audit)) {
      if (!List.of(torn).contains(line)) {
        Map<String, Object> entry = Json.object(line);
        reasons.add(entry.get("reason") + " " + entry.get("result"));
      }
    }
    return reasons;
  }

  @Test
  void whatCannotBeNotedWholeIsNotDoneAndWhereThereIsRoomAgainAllGoesOn() throws Exception {
    assertEquals(200, end("before").status());
    String before = Files.readString(audit);

    relay.limitFiles(Long.toString(Files.size(audit) + HALF_A_LINE));
    for (int i = 0; i < 2; i++) {
      Answer refused = end("meanwhile");
      refused.assertProblem(503, "AUDIT_UNAVAILABLE");
      assertTrue(refused.header("Retry-After").isPresent());
    }
    assertEquals(before, Files.readString(audit), "nothing of the line is left");
    assertEquals(200, relay.admin().get("/admin/v1/streams").status(), "reading goes on");
    relay.assertLogged(1, "audit-unavailable");

    relay.limitFiles("unlimited");
    assertEquals(200, end("after").status());
    assertEquals(List.of("before asked", "before done", "after asked", "after done"), noted());
    relay.assertLogged(1, "audit-available");
  }

  /** The machine may fail where the relay can take nothing back. */
  @Test
  void aLineThatWasTornSpoilsOnlyItself() throws Exception {
    assertEquals(200, end("before").status());
    String torn = "{\"time\":\"2026-11-21T04:03:30.690Z\",\"operator\":\"tok";
    Files.writeString(audit, torn, StandardOpenOption.APPEND);

    assertEquals(200, end("after").status());

    assertEquals(torn, Files.readAllLines(audit).get(2));
    assertEquals(List.of("before asked", "before done", "after asked", "after done"), noted(torn));
  }
}
