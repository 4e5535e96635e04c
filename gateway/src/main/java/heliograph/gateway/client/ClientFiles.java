package heliograph.gateway.client;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.AcceptEncoding;
import heliograph.gateway.http.Problems;
import heliograph.gateway.json.Json;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
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

  private final List<ClientFile> files;
  private final String version;
  private final Map<String, ClientFile> byPath = new HashMap<>();
  private final ClientFile index;

  /** Reads the files from the jars; not on a virtual thread. */
  public ClientFiles() {
    this.files = NAMES.stream().flatMap(name -> read(name).stream()).toList();
    this.version = ClientFile.version(files);
    for (ClientFile file : files) {
      byPath.put(PATH + "/" + file.name(), file);
      byPath.put(versioned(file), file);
    }
    this.index = ClientFile.of("index.json", index().getBytes(StandardCharsets.UTF_8));
  }

  /** A build without the library's jar has none of them. */
  private static List<ClientFile> read(String name) {
    try (InputStream file = ClientFiles.class.getResourceAsStream(FOLDER + name)) {
      return file == null ? List.of() : List.of(ClientFile.of(name, file.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String versioned(ClientFile file) {
    return PATH + "/" + version + "/" + file.name();
  }

  private String index() {
    return Json.object(
        json -> {
          json.writeStringProperty("version", version);
          json.writeArrayPropertyStart("files");
          for (ClientFile file : files) {
            json.writeStartObject();
            json.writeStringProperty("file", file.name());
            json.writeStringProperty("path", versioned(file));
            json.writeNumberProperty("bytes", file.bytes().length);
            json.writeStringProperty("integrity", file.integrity());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
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
    ClientFile file = byPath.get(path);
    if (file == null) {
      throw new RelayException(
          ErrorCode.NOT_FOUND, "no such file of the client library; " + PATH + " tells which are");
    }
    serve(file, path.equals(versioned(file)) ? FOREVER : LATEST, request, response);
  }

  private static void serve(
      ClientFile file, String caching, ServerRequest request, ServerResponse response) {
    boolean gzip =
        file.isSmallerInGzip()
            && AcceptEncoding.gzip(request.headers().all(HeaderNames.ACCEPT_ENCODING, List::of));
    response.headers().add(HeaderNames.VARY, HeaderNames.ACCEPT_ENCODING.defaultCase());
    response
        .header(HeaderNames.CACHE_CONTROL, caching)
        .header(HeaderNames.CONTENT_TYPE, file.type())
        .header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
    file.types().ifPresent(types -> response.header(ClientFile.TYPES, types));
    openToAllPages(response);
    if (gzip) {
      response.header(HeaderNames.CONTENT_ENCODING, "gzip");
    }
    Conditional.send(request, response, file.tag(gzip), gzip ? file.gzipped() : file.bytes());
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
