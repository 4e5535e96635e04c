/**
 * Connections under Helidon's HTTP: their bytes, their timeouts, their framing and the heap that
 * they may take.
 */
@NullMarked
package heliograph.gateway.wire;

import org.jspecify.annotations.NullMarked;
