/** Connections: their bytes, their time and their framing, under Helidon's HTTP. */
@NullMarked
package heliograph.gateway.wire;

import org.jspecify.annotations.NullMarked;
