/** A request's body becomes events, within what its publisher may say. */
@NullMarked
package heliograph.gateway.intake;

import org.jspecify.annotations.NullMarked;
