package heliograph.gateway.http;

import heliograph.gateway.json.Json;
import io.helidon.openapi.OpenApiFormat;
import io.helidon.openapi.OpenApiManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

/**
 * The OpenAPI description of the public listener: that of the contract, and in it the paths of the
 * operator's own streams. Any thread.
 */
public final class Description implements OpenApiManager<String> {
  /** The place of the contract's description in the jar. */
  static final String RESOURCE = "META-INF/openapi.yaml";

  private static final String PATHS = "\npaths:\n";

  private static final Pattern VERSION = Pattern.compile("(?m)^  version: (\\S+)$");

  private final String text;

  /**
   * A path of the operator's own.
   *
   * @param path with variables in braces
   * @param summary what is served there
   * @param query the names of its query parameters
   * @param types the media types of its answers
   */
  public record OwnPath(
      String path, List<String> variables, String summary, List<String> query, List<String> types) {
    /** Copies the lists. */
    public OwnPath {
      variables = List.copyOf(variables);
      query = List.copyOf(query);
      types = List.copyOf(types);
    }

    private String yaml() {
      String parameters =
          Stream.concat(
                  variables.stream().map(name -> parameter(name, "path", true)),
                  query.stream().map(name -> parameter(name, "query", false)))
              .collect(Collectors.joining());
      String content =
          types.stream()
              .map("            %s: { schema: { type: string } }\n"::formatted)
              .collect(Collectors.joining());
      return """
        %s:
          get:
            tags: [profiles]
            summary: %s
      %s      responses:
              '200':
                description: In the words of the operator's application
                content:
      %s        '400':
                $ref: '#/components/responses/Malformed'
              '401':
                $ref: '#/components/responses/Unauthorized'
              '403':
                $ref: '#/components/responses/NotAllowed'
      """
          .formatted(
              quoted(path),
              quoted(summary),
              parameters.isEmpty() ? "" : "      parameters:\n" + parameters,
              content);
    }

    private static String parameter(String name, String in, boolean required) {
      return "        - { name: %s, in: %s, required: %s, schema: { type: string } }\n"
          .formatted(quoted(name), in, required);
    }

    /** A text as YAML, which takes strings as JSON writes them. */
    private static String quoted(String text) {
      return new String(Json.quoted(text), StandardCharsets.UTF_8);
    }
  }

  /**
   * Reads the contract's description from the jar; not on a virtual thread.
   *
   * @param own the operator's own paths
   */
  public Description(List<OwnPath> own) {
    String contract = contract();
    if (!contract.contains(PATHS)) {
      throw new IllegalStateException("the description has no paths");
    }
    this.text =
        contract.replace(
            PATHS, PATHS + own.stream().map(OwnPath::yaml).collect(Collectors.joining()));
  }

  private static String contract() {
    try (InputStream yaml = Description.class.getResourceAsStream("/" + RESOURCE)) {
      if (yaml == null) {
        throw new IllegalStateException("the description is missing from the jar");
      }
      return new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The version of the interface. */
  public String version() {
    Matcher version = VERSION.matcher(text);
    if (!version.find()) {
      throw new IllegalStateException("the description has no version");
    }
    return version.group(1);
  }

  /** The description as YAML. */
  String text() {
    return text;
  }

  @Override
  public String load(String contract) {
    return text;
  }

  @Override
  public String format(String model, OpenApiFormat format) {
    return format == OpenApiFormat.JSON ? json(model) : model;
  }

  private static String json(String yaml) {
    Map<String, Object> tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(tree);
  }

  @Override
  public String name() {
    return "description";
  }

  @Override
  public String type() {
    return "description";
  }
}
