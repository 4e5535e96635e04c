/** How a webhook proves who sent it. */
@NullMarked
package heliograph.gateway.scheme;

import org.jspecify.annotations.NullMarked;
