/** Filters: a subscriber's conditions on events, compiled and bounded in what they cost. */
@NullMarked
package heliograph.gateway.filter;

import org.jspecify.annotations.NullMarked;
