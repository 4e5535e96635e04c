package heliograph.gateway;

import heliograph.gateway.json.JsonTree;
import java.util.List;

/**
 * What the first requests would have the JVM initialize, and all of them wait for.
 *
 * <p>Until JDK 26 a virtual thread that waits for a class keeps its carrier (JDK-8369238). If all
 * carriers are kept so, and the thread that initializes the class is behind a lock for which a
 * virtual thread without a carrier is next, nobody gets on any more, for good: a relay to which its
 * clients come back at once would hang at its start. The locks of jars were such ones. So no
 * virtual thread looks into jars: classes that do so when they are initialized are initialized
 * here, and what else does so runs on threads of the platform.
 */
final class FirstUse {
  private static final List<String> CLASSES =
      List.of(
          // For the rules of the time zone.
          "io.helidon.http.DateTime",
          // For services of Helidon.
          "io.helidon.webserver.http1.Http1ServerResponse",
          "io.helidon.webclient.http1.Http1ClientResponseImpl",
          "io.helidon.logging.common.HelidonMdc",
          // For the library of JSON.
          "io.helidon.webserver.observe.health.HealthHelper",
          JsonTree.class.getName());

  private FirstUse() {}

  /** Before the listeners open. */
  static void prepare() {
    try {
      for (String name : CLASSES) {
        Class.forName(name);
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
