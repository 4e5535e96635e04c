/** What an operator asks and orders. */
@NullMarked
package heliograph.gateway.admin;

import org.jspecify.annotations.NullMarked;
