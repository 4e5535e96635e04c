/** The intake makes events of a request's body, within what its publisher may send. */
@NullMarked
package heliograph.gateway.intake;

import org.jspecify.annotations.NullMarked;
