package heliograph.gateway.client;

import heliograph.gateway.access.CredentialPolicy;
import heliograph.gateway.access.SubscribersConfig;
import heliograph.gateway.http.AcceptedTypes;
import heliograph.gateway.http.Description;
import heliograph.gateway.http.Problems;
import heliograph.gateway.http.StaticFile;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.types.TypesConfig;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Serves what those who write clients are given: the AsyncAPI document, as JSON or, if a client
 * names that, as YAML; and the files of the client library. Any thread.
 */
public final class ForClients {
  private static final String PATH = "/asyncapi";
  private static final int YAML_WIDTH = 100;

  // Whoever names one of these wants YAML (RFC 9512; AsyncAPI, Media Type).
  private static final List<String> YAML =
      List.of(
          "application/yaml",
          "application/x-yaml",
          "text/yaml",
          "application/vnd.aai.asyncapi+yaml");

  private final ObjectNode document;
  private final StaticFile json;
  // It is made when somebody asks for it, as few do, and a start need not wait for it.
  private final AtomicReference<Optional<StaticFile>> yaml =
      new AtomicReference<>(Optional.empty());
  private final ClientFiles files;

  /**
   * Writes the document; not on a virtual thread.
   *
   * @param description that of the same interface for HTTP
   * @param profiles the operator's own streams
   * @param usual the credentials of {@code /v1/stream}
   * @param files the files of the client library
   */
  public ForClients(
      Description description,
      List<ProfileConfig> profiles,
      TypesConfig types,
      CredentialPolicy usual,
      SubscribersConfig subscribers,
      ClientFiles files) {
    this.files = files;
    boolean sessions =
        subscribers
            .session()
            .filter(session -> session.forward().contains(HeaderNames.COOKIE))
            .isPresent();
    this.document =
        AsyncApi.of(
            description.version(),
            new AsyncApi.Configured(profiles, new DescribedTypes(types), usual, sessions));
    this.json =
        file(
            "asyncapi.json",
            JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(document));
  }

  private static StaticFile file(String name, String text) {
    return StaticFile.of(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private StaticFile yaml() {
    return yaml.updateAndGet(
            made -> made.isPresent() ? made : Optional.of(file("asyncapi.yaml", yaml(document))))
        .orElseThrow();
  }

  private static String yaml(ObjectNode document) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setWidth(YAML_WIDTH);
    return new Yaml(options).dump(JsonMapper.shared().convertValue(document, Map.class));
  }

  /** Adds all of it to the public listener. */
  public void register(HttpRules routing) {
    routing.get(PATH, this::document).any(PATH, Problems.onlyMethods("GET, HEAD"));
    files.register(routing);
  }

  private void document(ServerRequest request, ServerResponse response) {
    List<String> accept = request.headers().all(HeaderNames.ACCEPT, List::of);
    boolean asYaml = YAML.stream().anyMatch(type -> AcceptedTypes.names(accept, type));
    response.headers().add(HeaderNames.VARY, HeaderNames.ACCEPT.defaultCase());
    (asYaml ? yaml() : json).send(request, response, "no-cache");
  }
}
