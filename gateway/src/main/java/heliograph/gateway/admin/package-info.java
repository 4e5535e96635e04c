/** The admin listener: what an operator asks the relay, and orders. */
@NullMarked
package heliograph.gateway.admin;

import org.jspecify.annotations.NullMarked;
