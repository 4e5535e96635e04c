/** Races of single classes of this room, in its package because those are its own. */
@NullMarked
package heliograph.gateway.stream;

import org.jspecify.annotations.NullMarked;
