/**
 * Decides who a subscriber is and which topics it may see, when a stream opens and while it is
 * open.
 */
@NullMarked
package heliograph.gateway.access;

import org.jspecify.annotations.NullMarked;
