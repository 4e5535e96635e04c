/**
 * Requests and their answers: the two listeners, bodies, problems, CORS, and the parameters of a
 * query.
 */
@NullMarked
package heliograph.gateway.http;

import org.jspecify.annotations.NullMarked;
