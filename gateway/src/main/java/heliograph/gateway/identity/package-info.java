/** Verifies tokens and makes claims of them; keeps the keys of identity providers. */
@NullMarked
package heliograph.gateway.identity;

import org.jspecify.annotations.NullMarked;
