package heliograph.gateway.demo;

import heliograph.gateway.http.PagePolicy;
import heliograph.gateway.http.StaticFile;
import io.helidon.webserver.http.HttpRouting;
import java.util.Map;

/**
 * The files of the demo's page. They are looked at anew each time, as another build may be behind
 * the same address. Any thread.
 */
final class DemoFiles {
  private static final String FOLDER = "/heliograph/gateway/demo/";

  /** The paths, and the files in the jar. */
  private static final Map<String, String> FILES =
      Map.ofEntries(
          Map.entry("/", "demo.html"),
          Map.entry("/demo/palette.css", "palette.css"),
          Map.entry("/demo/demo.css", "demo.css"),
          Map.entry("/demo/demo.js", "demo.js"),
          Map.entry("/demo/panel.js", "panel.js"),
          Map.entry("/demo/entries.js", "entries.js"),
          Map.entry("/demo/watcher.js", "watcher.js"),
          Map.entry("/demo/README.md", "README.md"),
          Map.entry("/demo/contract.md", "contract/README.md"),
          Map.entry("/demo/mark.svg", "mark.svg"),
          // Browsers ask for it whatever the page says, and take any image.
          Map.entry("/favicon.ico", "mark.svg"));

  /** Reads the files from the jar, and adds them; not on a virtual thread. */
  void register(HttpRouting.Builder routing) {
    FILES.forEach(
        (path, name) -> {
          StaticFile file =
              StaticFile.read(FOLDER, name)
                  .orElseThrow(() -> new IllegalStateException(name + " is missing from the jar"));
          routing.get(
              path,
              (request, response) -> {
                PagePolicy.WITHOUT_FORMS.set(response);
                file.send(request, response, "no-cache");
              });
        });
  }
}
