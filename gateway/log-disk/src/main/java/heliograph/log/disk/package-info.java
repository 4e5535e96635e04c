/**
 * The log on disk. This is the only package that knows the embedded store; the rest of the relay
 * sees {@link heliograph.relay.EventLog}.
 */
@NullMarked
package heliograph.log.disk;

import org.jspecify.annotations.NullMarked;
