package heliograph.gateway.http;

import static io.helidon.common.media.type.MediaTypes.APPLICATION_JSON;
import static io.helidon.common.media.type.MediaTypes.APPLICATION_OPENAPI_JSON;
import static io.helidon.common.media.type.MediaTypes.APPLICATION_OPENAPI_YAML;
import static io.helidon.common.media.type.MediaTypes.APPLICATION_X_YAML;
import static io.helidon.common.media.type.MediaTypes.APPLICATION_YAML;
import static io.helidon.common.media.type.MediaTypes.TEXT_X_YAML;
import static io.helidon.common.media.type.MediaTypes.TEXT_YAML;

import io.helidon.http.HeaderNames;
import io.helidon.openapi.OpenApiFormat;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Shows the OpenAPI description in a browser, which knows no {@code application/vnd.oai.openapi}
 * and would save what Helidon answers as a file. Helidon answers all other clients, but it keeps
 * the first description for good; one that has taken its place is answered here, by the same rules.
 * Any thread.
 */
public final class OpenApiPage {
  static final String PATH = "/openapi";

  // In Helidon's order.
  private static final io.helidon.common.media.type.MediaType[] TYPES = {
    APPLICATION_OPENAPI_YAML,
    APPLICATION_X_YAML,
    APPLICATION_YAML,
    APPLICATION_OPENAPI_JSON,
    APPLICATION_JSON,
    TEXT_X_YAML,
    TEXT_YAML
  };

  private final Description description;
  private final boolean first;

  /**
   * Makes the page of a description.
   *
   * @param first whether it is the one that Helidon was given
   */
  public OpenApiPage(Description description, boolean first) {
    this.description = description;
    this.first = first;
  }

  /** Adds the page; it has to be registered before Helidon's own handler of the path. */
  public void register(HttpRules rules) {
    rules.get(PATH, this::show);
  }

  private void show(ServerRequest request, ServerResponse response) {
    response.headers().add(HeaderNames.VARY, HeaderNames.ACCEPT.defaultCase());
    if (AcceptedTypes.names(request.headers().all(HeaderNames.ACCEPT, List::of), "text/html")) {
      send(response, "text/plain; charset=UTF-8", description.text());
      return;
    }
    Optional<io.helidon.common.media.type.MediaType> wanted =
        first ? Optional.empty() : wanted(request);
    if (wanted.isEmpty()) {
      response.next();
      return;
    }
    OpenApiFormat format = OpenApiFormat.valueOf(wanted.get());
    send(response, wanted.get().text(), description.format(description.text(), format));
  }

  private static Optional<io.helidon.common.media.type.MediaType> wanted(ServerRequest request) {
    return switch (request.query().first("format").orElse("")) {
      case "" -> request.headers().bestAccepted(TYPES);
      case "json" -> Optional.of(APPLICATION_JSON);
      case "yaml" -> Optional.of(APPLICATION_OPENAPI_YAML);
      default -> Optional.empty();
    };
  }

  private static void send(ServerResponse response, String type, String text) {
    response
        .header(HeaderNames.CONTENT_TYPE, type)
        .header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
        .send(text.getBytes(StandardCharsets.UTF_8));
  }
}
