/** Serves open streams and polls, from the query of a request to the socket. */
@NullMarked
package heliograph.gateway.stream;

import org.jspecify.annotations.NullMarked;
