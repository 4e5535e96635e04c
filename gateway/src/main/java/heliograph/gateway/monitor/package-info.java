/** Whether the relay is well, and what monitoring is told of it as a whole at each scrape. */
@NullMarked
package heliograph.gateway.monitor;

import org.jspecify.annotations.NullMarked;
