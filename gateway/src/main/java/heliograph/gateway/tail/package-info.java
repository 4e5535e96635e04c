/** Events as they come, shown to operators. */
@NullMarked
package heliograph.gateway.tail;

import org.jspecify.annotations.NullMarked;
