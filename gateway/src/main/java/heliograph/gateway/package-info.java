/**
 * HTTP: the doors of the relay, who may pass them, the configuration and the wiring. The only
 * module that knows Helidon and JSON.
 */
@NullMarked
package heliograph.gateway;

import org.jspecify.annotations.NullMarked;
