/** The page from which an operator runs the relay, as the admin listener serves it. */
@NullMarked
package heliograph.gateway.console;

import org.jspecify.annotations.NullMarked;
