package heliograph.gateway.scheme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.RelayException;
import heliograph.gateway.settings.SecretFiles;
import io.helidon.http.HeaderNames;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets in files are taken over when they change, and kept when the file goes bad. */
class FiledSecretsTest {
  private static final String WRITTEN = "written-in-the-configuration";
  private static final String OLD = "old-secret-0123456789";
  private static final String NEW = "new-secret-0123456789";

  @TempDir Path folder;
  private Path file;
  private FiledSecrets scheme;

  @BeforeEach
  void open() throws Exception {
    file = Files.writeString(folder.resolve("secret"), "\n  " + OLD + "\r\n\n");
    scheme = new FiledSecrets("jobs", List.of(WRITTEN), List.of(file), FiledSecretsTest::bearer);
  }

  private static Scheme bearer(List<String> secrets) {
    return StaticToken.of(secrets, new StaticToken.Place.Bearer());
  }

  @Test
  void aFileIsReadAgainWhenItChanges() throws Exception {
    assertTrue(opens(OLD) && opens(WRITTEN));
    assertFalse(opens(NEW));

    Files.writeString(file, NEW + "\n" + OLD);
    scheme.reload();
    assertTrue(opens(NEW) && opens(OLD) && opens(WRITTEN), "both while the sender changes over");

    Files.writeString(file, NEW);
    scheme.reload();
    assertTrue(opens(NEW) && opens(WRITTEN));
    assertFalse(opens(OLD));
  }

  @Test
  void aFileThatGoesBadKeepsWhatItHeldAndIsTakenOverWhenItIsWell() throws Exception {
    for (String bad :
        List.of(
            "",
            " \n\n",
            "short",
            NEW + "\nshort",
            "x".repeat(SecretFiles.MAX_BYTES + 1),
            (NEW + "\n").repeat(SecretFiles.MAX_SECRETS))) {
      Files.writeString(file, bad);
      scheme.reload();
      assertTrue(opens(OLD) && opens(WRITTEN), () -> "with " + bad.length() + " characters");
      assertFalse(opens(NEW), () -> "with " + bad.length() + " characters");
    }
    Files.write(file, new byte[] {(byte) 0xC0, (byte) 0xA0});
    scheme.reload();
    Files.delete(file);
    scheme.reload();
    scheme.reload();
    assertTrue(opens(OLD));

    Files.writeString(file, NEW);
    scheme.reload();
    assertTrue(opens(NEW));
    assertFalse(opens(OLD));
  }

  @Test
  void atTheStartAFileHasToBeWell() throws Exception {
    Path missing = folder.resolve("missing");
    assertRefused(missing, missing + " cannot be read");
    assertRefused(folder, folder + " cannot be read");
    Path empty = Files.writeString(folder.resolve("empty"), "\n");
    assertRefused(empty, empty + " holds no secret");
    Path weak = Files.writeString(folder.resolve("weak"), "guessable");
    assertRefused(weak, "a token has at least 16 characters");
  }

  private static void assertRefused(Path file, String message) {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> new FiledSecrets("jobs", List.of(), List.of(file), FiledSecretsTest::bearer));
    assertEquals(message, refusal.getMessage());
  }

  private boolean opens(String key) {
    WritableHeaders<?> headers = WritableHeaders.create();
    headers.set(HeaderNames.AUTHORIZATION, "Bearer " + key);
    try {
      scheme.verify(Hooks.with(headers), "{}".getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (RelayException _) {
      return false;
    }
  }
}
