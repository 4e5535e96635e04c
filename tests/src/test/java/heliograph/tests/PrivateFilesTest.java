package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the relay writes is for nobody else on the machine, whatever the umask it was started with.
 */
@Tag("log")
@EnabledIfSystemProperty(named = "heliograph.durability", matches = "fsync")
class PrivateFilesTest {
  private static final String KEY = "private-key-0123456789";

  @TempDir Path folder;

  private TestIssuer issuer;

  @BeforeEach
  void start() throws Exception {
    issuer = TestIssuer.start();
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  private RelayProcess relay(Path directory) throws Exception {
    return RelayProcess.startAfter(
        "umask 022",
        """
        identity: { issuers: [%s] }
        publishers: [{ name: jobs, scheme: token, secrets: [%s], tenants: [main] }]
        log: { directory: "%s" }
        """
            .formatted(issuer.yaml(), KEY, directory));
  }

  @Test
  void everyFileAndFolderIsForTheRelayAlone() throws Exception {
    Path directory = folder.resolve("below").resolve("data");
    try (RelayProcess relay = relay(directory)) {
      publishMoreThanABufferHolds(relay);
      revoke(relay);
      assertPrivate(directory);
      relay.terminate();
      assertEquals(0, relay.exitCode());
    }

    try (RelayProcess relay = relay(directory)) {
      Publisher.withKey(relay, "jobs", KEY).publish("main", "a", "1");
      assertPrivate(directory);
      assertFalse(relay.log().contains("log-not-private"), relay::log);
      relay.assertWell();
    }
    assertTrue(modes().size() > 8, () -> modes().toString());
  }

  @Test
  void aFolderThatOthersMayLookIntoIsToldOfAndLeftAsItIs() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("wide"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));

    try (RelayProcess relay = relay(directory)) {
      relay.assertLogged(1, "log-not-private directory=" + directory + " mode=rwxr-xr-x");
      relay.assertWell();
    }

    assertEquals(
        "rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
  }

  private static void publishMoreThanABufferHolds(RelayProcess relay) throws Exception {
    String event =
        "{\"tenant\":\"main\",\"topic\":\"a\",\"type\":\"b\",\"data\":\"%s\"}"
            .formatted("x".repeat(100_000));
    List<String> batch = new ArrayList<>(Collections.nCopies(40, event));
    for (int i = 0; i < 7; i++) {
      Answer answer = Publisher.withKey(relay, "jobs", KEY).post(Publisher.JSON, batch.toString());
      assertEquals(202, answer.status(), answer::toString);
    }
  }

  private static void revoke(RelayProcess relay) throws Exception {
    Answer answer =
        relay
            .admin()
            .post(
                "/admin/revocations", "{\"tenant\":\"main\"}", "Content-Type", "application/json");
    assertEquals(200, answer.status(), answer::toString);
  }

  private void assertPrivate(Path directory) throws Exception {
    Deadline.await(
        "a table is written",
        () -> {
          try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".sst"));
          }
        });
    modes()
        .forEach(
            (file, mode) ->
                assertEquals(
                    Files.isDirectory(file) ? "rwx------" : "rw-------", mode, file::toString));
  }

  /** The modes of all files below a folder, without those that the test made itself. */
  private Map<Path, String> modes() {
    Map<Path, String> modes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder.resolve("below"))) {
      for (Path file : files.toList()) {
        try {
          modes.put(file, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        } catch (NoSuchFileException _) {
          // The store deletes what it has rewritten.
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return modes;
  }
}
