/** The metrics that an operator scrapes, and the form of the lines of the log. */
@NullMarked
package heliograph.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
