package heliograph.gateway.demo;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The files of the demo's page. They are looked at anew each time, as another build may be behind
 * the same address. The page's policy lets it run and load nothing but what the relay serves, so
 * that nothing which somebody publishes could ever run. Any thread.
 */
final class DemoFiles {
  private static final String FOLDER = "/heliograph/gateway/demo/";
  private static final HeaderName REFERRER = HeaderNames.create("Referrer-Policy");
  private static final HeaderName POLICY = HeaderNames.create("Content-Security-Policy");
  private static final String ONLY_OWN =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self'",
          "connect-src 'self'",
          "require-trusted-types-for 'script'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'");

  private static final String HTML = "text/html; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String JS = "text/javascript; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String SVG = "image/svg+xml";

  /** A file in the jar, and what it is. */
  private record Shown(String file, String type) {}

  private static final Map<String, Shown> FILES =
      Map.of(
          "/", new Shown("demo.html", HTML),
          "/demo/demo.css", new Shown("demo.css", CSS),
          "/demo/demo.js", new Shown("demo.js", JS),
          "/demo/panel.js", new Shown("panel.js", JS),
          "/demo/entries.js", new Shown("entries.js", JS),
          "/demo/watcher.js", new Shown("watcher.js", JS),
          "/demo/README.md", new Shown("README.md", TEXT),
          "/demo/contract.md", new Shown("contract/README.md", TEXT),
          "/demo/mark.svg", new Shown("mark.svg", SVG),
          // Browsers ask for it whatever the page says, and take any image.
          "/favicon.ico", new Shown("mark.svg", SVG));

  void register(HttpRouting.Builder routing) {
    FILES.forEach(
        (path, shown) -> {
          byte[] bytes = read(shown.file());
          routing.get(path, (_, response) -> send(response, shown.type(), bytes));
        });
  }

  private static byte[] read(String name) {
    try (InputStream file = DemoFiles.class.getResourceAsStream(FOLDER + name)) {
      if (file == null) {
        throw new IllegalStateException(name + " is missing from the jar");
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void send(ServerResponse response, String type, byte[] bytes) {
    response
        .header(HeaderNames.CONTENT_TYPE, type)
        .header(HeaderNames.CACHE_CONTROL, "no-cache")
        .header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(REFERRER, "no-referrer")
        .header(POLICY, ONLY_OWN)
        .send(bytes);
  }
}
