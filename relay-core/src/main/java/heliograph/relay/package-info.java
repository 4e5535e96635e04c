/**
 * The core of the relay: the hub, the log, cohorts and subscriptions. It knows neither HTTP nor a
 * JSON library nor Helidon. DESIGN.md, in the folder of this module, describes its threads and the
 * order of its locks.
 */
@NullMarked
package heliograph.relay;

import org.jspecify.annotations.NullMarked;
