/** What an operator measures and reads in the log. */
@NullMarked
package heliograph.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
