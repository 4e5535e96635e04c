package heliograph.gateway.stream;

import heliograph.gateway.access.Rechecks;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.wire.Watchdog;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The parts that all streams and polls share.
 *
 * @param lanes the lanes that write streams
 * @param watchdog cuts writes that take too long before a stream is in its lane
 * @param filters the filters that were compiled lately
 * @param origin knows what trusted proxies tell
 * @param nanos the hub's clock of elapsed nanoseconds, by which live events are stamped
 */
record StreamTools(
    Lanes lanes,
    Watchdog watchdog,
    Rechecks rechecks,
    Filters filters,
    Metrics metrics,
    Supplier<OwnOrigin> origin,
    InstantSource clock,
    LongSupplier nanos) {
  /** Takes the connection under a response, which must not be used for anything else after that. */
  Connection connection(ServerResponse response) {
    return response.sink(ConnectionProvider.TYPE).connection(nanos);
  }
}
