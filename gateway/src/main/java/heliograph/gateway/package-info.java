/**
 * Joins the rooms of the gateway to a running relay, and stops it. Which room may use which is
 * checked by {@code RoomsTest}.
 */
@NullMarked
package heliograph.gateway;

import org.jspecify.annotations.NullMarked;
