package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file can be checked without a start, by the words that a start would have for it. */
class ConfigurationCheckTest {
  private static final String RIGHT =
      RelayProcess.yaml(
          """
          identity: { issuers: [ { issuer: "http://127.0.0.1:9", audience: heliograph } ] }
          log: { directory: never-made }
          """);

  @TempDir private Path folder;

  private String run(String option, String yaml, int exitCode) throws Exception {
    Path file = Files.writeString(folder.resolve("checked.yaml"), yaml);
    try (RelayProcess run = RelayProcess.run(option, file.toString())) {
      assertEquals(exitCode, run.exitCode(), run::log);
      run.assertNoBugs();
      return run.log();
    }
  }

  @Test
  void aRightFileIsFoundRightAndNothingIsOpened() throws Exception {
    assertEquals("", run("--check", RIGHT, 0));
  }

  @Test
  void aWrongFileIsToldInTheWordsOfAStart() throws Exception {
    for (String wrong :
        List.of(
            RIGHT + "  stream: { heartbeat: soon }\n",
            RIGHT + "  strem: { queue: 1 }\n",
            RIGHT + "  limits: { body-bytes: 200MiB }\n",
            RIGHT + "  publishers: [ { name: a, scheme: mtls, subjects: CN=a, tenants: [b] } ]\n",
            RIGHT.replace("admin:", "other:"),
            RIGHT + "  stream: { heartbeat: \"unclosed\n")) {
      String checked = run("--check", wrong, 78);

      assertTrue(checked.startsWith("heliograph: configuration: "), checked);
      assertEquals(run("--config", wrong, 78), checked);
    }
  }

  @Test
  void aFileThatIsNotThereIsToldAndSoIsAnotherArgument() throws Exception {
    try (RelayProcess none = RelayProcess.run("--check", "nowhere.yaml");
        RelayProcess without = RelayProcess.run("--check")) {
      assertEquals(78, none.exitCode());
      assertEquals("heliograph: no configuration: cannot read nowhere.yaml\n", none.log());
      assertEquals(64, without.exitCode());
    }
  }
}
