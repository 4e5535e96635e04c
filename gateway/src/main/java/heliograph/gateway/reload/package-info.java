/**
 * Has the configuration read again: who asks for it, one time after the other, and what came of it.
 */
@NullMarked
package heliograph.gateway.reload;

import org.jspecify.annotations.NullMarked;
