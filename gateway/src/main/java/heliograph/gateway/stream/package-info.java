/** An open stream or a poll, from its query to the socket. */
@NullMarked
package heliograph.gateway.stream;

import org.jspecify.annotations.NullMarked;
