/**
 * What happens between the doors: the hub, the log, cohorts and subscriptions. Knows no HTTP, no
 * JSON library and no Helidon; DESIGN.md beside the sources tells the threads and the one order of
 * locks.
 */
@NullMarked
package heliograph.relay;

import org.jspecify.annotations.NullMarked;
