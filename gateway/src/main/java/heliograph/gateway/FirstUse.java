package heliograph.gateway;

import heliograph.gateway.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Initializes the classes that the first requests would otherwise initialize together, and wait
 * for.
 *
 * <p>Until JDK 26 a virtual thread that waits for a class keeps its carrier (JDK-8369238). If all
 * carriers are kept so, and the thread that initializes the class waits for a lock that a virtual
 * thread without a carrier gets next, nobody goes on any more: a relay to which its clients come
 * back at once would hang at its start. The locks of open jars are such locks. So no virtual thread
 * looks into jars: classes that do so when they are initialized are initialized here, and what else
 * does so runs on platform threads.
 */
final class FirstUse {
  private static final List<String> CLASSES =
      List.of(
          // It reads the rules of the time zone.
          "io.helidon.http.DateTime",
          // These look for services of Helidon.
          "io.helidon.webserver.http1.Http1ServerResponse",
          "io.helidon.webclient.http1.Http1ClientResponseImpl",
          "io.helidon.logging.common.HelidonMdc",
          // This looks for an implementation of JSON.
          "io.helidon.webserver.observe.health.HealthHelper");

  private static final byte[] SOME_JSON =
      "{\"keys\":[{\"kid\":\"1\"}],\"exp\":1.5}".getBytes(StandardCharsets.US_ASCII);

  private FirstUse() {}

  /**
   * Initializes them, and reads a tree of JSON: the first one takes a fifth of a second, for which
   * whoever comes back at once would be told that the issuer's keys are not here yet. It has to be
   * called before the listeners open.
   */
  static void prepare() {
    try {
      for (String name : CLASSES) {
        Class.forName(name);
      }
      var _ = JsonTree.object(SOME_JSON);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
