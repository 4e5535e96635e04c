package heliograph.gateway.console;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.PagePolicy;
import heliograph.gateway.http.Problems;
import heliograph.gateway.http.StaticFile;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The files of the operator's page. They are looked at anew each time, as another build may be
 * behind the same address. Any thread.
 */
public final class ConsoleFiles {
  private static final String PATH = "/console";
  private static final String FOLDER = "/META-INF/console/";
  private static final String INDEX = "index.html";
  private static final List<String> NAMES = List.of(INDEX, "console.js", "console.css", "mark.svg");

  private final Map<String, StaticFile> files;

  /** Reads the files from the jars; not on a virtual thread. A build may have none. */
  public ConsoleFiles() {
    this.files =
        NAMES.stream()
            .flatMap(name -> StaticFile.read(FOLDER, name).stream())
            .collect(Collectors.toMap(StaticFile::name, Function.identity()));
  }

  /** Adds the page to the admin listener. */
  public void register(HttpRouting.Builder routing) {
    routing.get(PATH, (_, response) -> moved(response));
    routing.get(PATH + "/{file:.*}", this::serve);
    for (String path : List.of(PATH, PATH + "/*")) {
      routing.any(path, Problems.onlyMethods("GET, HEAD"));
    }
  }

  /** What the page loads has its address from that of the page, which is a folder's. */
  private static void moved(ServerResponse response) {
    response
        .status(Status.PERMANENT_REDIRECT_308)
        .header(HeaderNames.LOCATION, PATH + "/")
        .header(HeaderNames.CACHE_CONTROL, "no-cache")
        .send();
  }

  private void serve(ServerRequest request, ServerResponse response) {
    if (files.isEmpty()) {
      throw new RelayException(
          ErrorCode.NOT_FOUND, "this relay was built without its console; /admin/v1 is there");
    }
    String name = request.path().pathParameters().get("file");
    StaticFile file = files.get(name.isEmpty() ? INDEX : name);
    if (file == null) {
      throw new RelayException(ErrorCode.NOT_FOUND, "no such file of the console");
    }
    PagePolicy.WITH_FORMS.set(response);
    file.send(request, response, "no-cache");
  }
}
