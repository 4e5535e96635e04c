/** What monitoring is told of the relay as a whole: gauges that are read at each scrape. */
@NullMarked
package heliograph.gateway.monitor;

import org.jspecify.annotations.NullMarked;
