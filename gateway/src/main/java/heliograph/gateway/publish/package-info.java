/** Publishing: by whom, how many, and what became of it. */
@NullMarked
package heliograph.gateway.publish;

import org.jspecify.annotations.NullMarked;
