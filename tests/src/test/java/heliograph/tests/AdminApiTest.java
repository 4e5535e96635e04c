package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The API of operators is what its description says. */
class AdminApiTest {
  private static final Pattern PATH = Pattern.compile("  (/\\S*):");
  private static final Pattern METHOD = Pattern.compile("    (get|post|put|patch|delete):");

  @RegisterExtension static final Stage stage = Stage.ofAcme("");

  /** Each operation of a description, as its method and its path. */
  private static List<String> described(String yaml) {
    List<String> operations = new ArrayList<>();
    String path = "";
    for (String line : yaml.lines().toList()) {
      Matcher paths = PATH.matcher(line);
      Matcher methods = METHOD.matcher(line);
      if (paths.matches()) {
        path = paths.group(1);
      } else if (methods.matches()) {
        operations.add(methods.group(1).toUpperCase(Locale.ROOT) + " " + path);
      }
    }
    return operations;
  }

  @Test
  void theDescriptionHasEveryRouteAndNoOther() throws Exception {
    Answer description = stage.relay().admin().get("/admin/v1/openapi.yaml");
    assertTrue(description.text().startsWith("openapi: 3.1"), description::text);
    List<String> operations = described(description.text());
    List<?> routes = (List<?>) stage.relay().admin().get("/admin/v1").json().get("routes");
    assertEquals(
        routes.stream().map(String::valueOf).sorted().toList(),
        operations.stream().sorted().toList());
    // What the index names is also what the listener serves.
    for (String path :
        operations.stream().map(it -> it.substring(it.indexOf(' ') + 1)).distinct().toList()) {
      String allowed =
          operations.stream()
              .filter(it -> it.endsWith(" " + path))
              .map(it -> it.substring(0, it.indexOf(' ')))
              .map(it -> it.equals("GET") ? "GET, HEAD" : it)
              .sorted()
              .collect(Collectors.joining(", "));
      Answer answer =
          stage.relay().admin().send("PATCH", path.replaceAll("\\{[a-z]+}", "none"), new byte[0]);
      answer.assertProblem(405, "METHOD_NOT_ALLOWED");
      assertEquals(allowed, answer.header("Allow").orElse(""), path);
    }
  }

  @Test
  void whatIsNoPathIsNotFound() throws Exception {
    stage.relay().admin().get("/admin/v1/secrets").assertProblem(404, "NOT_FOUND");
    stage.relay().admin().get("/admin/v2/status").assertProblem(404, "NOT_FOUND");
  }
}
