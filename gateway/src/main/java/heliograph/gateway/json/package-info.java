/** Reads and writes JSON within bounds. */
@NullMarked
package heliograph.gateway.json;

import org.jspecify.annotations.NullMarked;
