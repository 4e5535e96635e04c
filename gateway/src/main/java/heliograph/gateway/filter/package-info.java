/** A subscriber's condition on events, compiled and bounded. */
@NullMarked
package heliograph.gateway.filter;

import org.jspecify.annotations.NullMarked;
