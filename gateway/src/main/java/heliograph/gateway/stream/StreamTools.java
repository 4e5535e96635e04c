package heliograph.gateway.stream;

import heliograph.gateway.access.Rechecks;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.wire.Watchdog;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What all streams and polls share.
 *
 * @param filters those that were compiled lately
 * @param nanos the hub's clock, by which live events are stamped
 */
record StreamTools(
    StreamConfig config,
    Lanes lanes,
    Watchdog watchdog,
    Rechecks rechecks,
    Filters filters,
    Metrics metrics,
    InstantSource clock,
    LongSupplier nanos) {
  /** Takes the connection under a response, which must not be used for anything else after that. */
  Connection connection(ServerResponse response) {
    return response.sink(ConnectionProvider.TYPE).connection(nanos);
  }
}
