/**
 * Joins the rooms of the gateway, its sub-packages, to a running relay, and stops it. {@code
 * RoomsTest} checks which room may use which.
 */
@NullMarked
package heliograph.gateway;

import org.jspecify.annotations.NullMarked;
