package heliograph.gateway.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Shows the OpenAPI description in a browser, which knows no {@code application/vnd.oai.openapi}
 * and would save what Helidon answers as a file. Helidon answers all other clients. Any thread.
 */
public final class OpenApiPage {
  static final String PATH = "/openapi";

  private final byte[] text;

  /** Makes the page of a description. */
  public OpenApiPage(Description description) {
    this.text = description.text().getBytes(StandardCharsets.UTF_8);
  }

  /** Adds the page; it has to be registered before Helidon's own handler of the path. */
  public void register(HttpRules rules) {
    rules.get(PATH, this::show);
  }

  private void show(ServerRequest request, ServerResponse response) {
    response.headers().add(HeaderNames.VARY, HeaderNames.ACCEPT.defaultCase());
    if (!AcceptedTypes.names(request.headers().all(HeaderNames.ACCEPT, List::of), "text/html")) {
      response.next();
      return;
    }
    response
        .header(HeaderNames.CONTENT_TYPE, "text/plain; charset=UTF-8")
        .header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
        .send(text);
  }
}
