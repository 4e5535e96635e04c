/**
 * Requests and answers: the two listeners, bodies, problems, origins, and what a query may hold.
 */
@NullMarked
package heliograph.gateway.http;

import org.jspecify.annotations.NullMarked;
