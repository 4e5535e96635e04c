package heliograph.gateway.telemetry;

import heliograph.gateway.settings.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the operator wrote under {@code relay.tracing}.
 *
 * @param endpoint where spans are sent to; empty if there are none
 * @param ratio the part of the requests that are followed of those of which nobody has decided it
 * @param maxPerSecond the most spans that are made in a second
 * @param queue the most spans that wait to be sent
 * @param timeout how long the endpoint may take to answer
 * @param headers what is sent to the endpoint along with the spans; may be secret
 * @param service the name under which the relay is shown
 */
public record TracingConfig(
    Optional<URI> endpoint,
    double ratio,
    int maxPerSecond,
    int queue,
    Duration timeout,
    Map<String, String> headers,
    String service) {
  /** The environment variable in which programs with OpenTelemetry look for the endpoint. */
  private static final String VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT";

  /** The path below the endpoint at which spans are taken, as OTLP over HTTP has it. */
  private static final String PATH = "/v1/traces";

  private static final int MAX_HEADERS = 20;
  private static final int MAX_NAME = 100;
  private static final Duration MILLISECONDS = Duration.ofMillis(100);
  private static final Duration SECOND = Duration.ofSeconds(1);

  // The tokens and the visible characters of RFC 9110, sections 5.1 and 5.5.
  private static final Pattern HEADER =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([!-~](?:[ !-~]*[!-~])?)");

  /** Copies the headers. */
  public TracingConfig {
    headers = Map.copyOf(headers);
  }

  /**
   * Reads what the operator wrote.
   *
   * @param tracing the section {@code relay.tracing}
   * @param variable the endpoint from the environment, which counts if none is written
   */
  public static TracingConfig read(Settings tracing, Optional<String> variable) {
    Optional<String> endpoint =
        tracing.text("endpoint").or(() -> variable).filter(text -> !text.isBlank());
    return new TracingConfig(
        endpoint.map(text -> tracing.made("endpoint", () -> traces(text))),
        tracing.fraction("ratio", 0.01),
        tracing.number("max-per-second", 500, 10, 100_000),
        tracing.number("queue", 2048, 512, 1_000_000),
        tracing.duration("timeout", SECOND.multipliedBy(10), MILLISECONDS, SECOND.multipliedBy(60)),
        headers(tracing),
        service(tracing));
  }

  /** The endpoint that programs with OpenTelemetry are told by the environment. */
  public static Optional<String> endpointOfEnvironment() {
    return Optional.ofNullable(System.getenv(VARIABLE));
  }

  private static URI traces(String text) {
    URI base = Settings.httpUri(text);
    if (base.getRawUserInfo() != null || base.getRawQuery() != null || base.getFragment() != null) {
      throw new IllegalArgumentException(
          "must be a URL without user, query and fragment; what is secret goes into headers");
    }
    String plain = base.toString().replaceAll("/+$", "");
    return URI.create(plain.endsWith(PATH) ? plain : plain + PATH);
  }

  private static Map<String, String> headers(Settings tracing) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String header : tracing.texts("headers", List.of())) {
      var parts = HEADER.matcher(header);
      if (!parts.matches() || headers.put(parts.group(1), parts.group(2)) != null) {
        throw tracing.bad("headers", "must be headers such as \"Authorization: Bearer …\"");
      }
    }
    if (headers.size() > MAX_HEADERS) {
      throw tracing.bad("headers", "must be at most " + MAX_HEADERS + " headers");
    }
    return headers;
  }

  private static String service(Settings tracing) {
    String name = tracing.text("service", "heliograph");
    if (name.isBlank() || name.length() > MAX_NAME) {
      throw tracing.bad("service", "must be a text of 1 to " + MAX_NAME + " characters");
    }
    return name;
  }
}
