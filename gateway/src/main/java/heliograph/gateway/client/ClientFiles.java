package heliograph.gateway.client;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Problems;
import heliograph.gateway.http.StaticFile;
import heliograph.gateway.json.Json;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Serves the client library to browsers, whichever page asks: the files are the same for everybody.
 * Each has two paths. The one without a version is looked at anew each time; the one with a version
 * never changes, and is gone when the files have. Any thread.
 */
public final class ClientFiles {
  private static final String PATH = "/client";
  private static final String FOLDER = "/META-INF/client/";
  private static final List<String> NAMES =
      List.of(
          "heliograph.js",
          "heliograph.js.map",
          "heliograph.d.ts",
          "heliograph-elements.js",
          "heliograph-elements.js.map",
          "heliograph-elements.d.ts");

  private static final HeaderName RESOURCE_POLICY =
      HeaderNames.create("Cross-Origin-Resource-Policy");

  private static final String LATEST = "no-cache";
  private static final String FOREVER = "public, max-age=31536000, immutable";

  /** Tells where the types of a script are, for Deno. */
  private static final HeaderName TYPES = HeaderNames.create("X-TypeScript-Types");

  private static final int VERSION = 12;

  private final List<StaticFile> files;
  private final String version;
  private final Map<String, StaticFile> byPath = new HashMap<>();
  private final StaticFile index;

  /** Reads the files from the jars; not on a virtual thread. A build without them has none. */
  public ClientFiles() {
    this.files = NAMES.stream().flatMap(name -> StaticFile.read(FOLDER, name).stream()).toList();
    this.version = version();
    for (StaticFile file : files) {
      byPath.put(PATH + "/" + file.name(), file);
      byPath.put(versioned(file), file);
    }
    this.index = StaticFile.of("index.json", index().getBytes(StandardCharsets.UTF_8));
  }

  /** A text that is another one as soon as one of the files is. */
  private String version() {
    MessageDigest all = StaticFile.sha384();
    files.forEach(file -> all.update(file.hash()));
    return HexFormat.of().formatHex(all.digest()).substring(0, VERSION);
  }

  private String versioned(StaticFile file) {
    return PATH + "/" + version + "/" + file.name();
  }

  private String index() {
    return Json.object(
        json -> {
          json.writeStringProperty("version", version);
          json.writeArrayPropertyStart("files");
          for (StaticFile file : files) {
            json.writeStartObject();
            json.writeStringProperty("file", file.name());
            json.writeStringProperty("path", versioned(file));
            json.writeNumberProperty("bytes", file.length());
            json.writeStringProperty("integrity", integrity(file));
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** The hash as a page has it in {@code integrity} (Subresource Integrity, section 3.1). */
  private static String integrity(StaticFile file) {
    return "sha384-" + Base64.getEncoder().encodeToString(file.hash());
  }

  void register(HttpRules routing) {
    for (String path : List.of(PATH, PATH + "/*")) {
      routing.get(path, this::serve).any(path, Problems.onlyMethods("GET, HEAD"));
    }
  }

  private void serve(ServerRequest request, ServerResponse response) {
    String path = request.path().path();
    if (path.equals(PATH) || path.equals(PATH + "/")) {
      serve(index, LATEST, request, response);
      return;
    }
    StaticFile file = byPath.get(path);
    if (file == null) {
      throw new RelayException(
          ErrorCode.NOT_FOUND, "no such file of the client library; " + PATH + " tells which are");
    }
    serve(file, path.equals(versioned(file)) ? FOREVER : LATEST, request, response);
  }

  private static void serve(
      StaticFile file, String caching, ServerRequest request, ServerResponse response) {
    if (file.name().endsWith(".js")) {
      response.header(TYPES, "./" + file.name().replaceFirst("js$", "d.ts"));
    }
    openToAllPages(response);
    file.send(request, response, caching);
  }

  /**
   * Lets pages of all origins load the file, also those that are isolated (Fetch standard,
   * Cross-Origin-Resource-Policy). Where the relay knows the page's origin, it has said so already,
   * and a page that sends its cookies along may not be answered with a star.
   */
  private static void openToAllPages(ServerResponse response) {
    response.header(RESOURCE_POLICY, "cross-origin");
    if (!response.headers().contains(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN)) {
      response.header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
  }
}
