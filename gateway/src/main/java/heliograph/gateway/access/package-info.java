/** Who a subscriber is and which topics it may ask for, now and again later. */
@NullMarked
package heliograph.gateway.access;

import org.jspecify.annotations.NullMarked;
