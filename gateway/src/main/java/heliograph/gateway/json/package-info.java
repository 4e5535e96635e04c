/** JSON in and out, within bounds. */
@NullMarked
package heliograph.gateway.json;

import org.jspecify.annotations.NullMarked;
