/** Benchmarks of single classes of the gateway, in its package because those are its own. */
@NullMarked
package heliograph.gateway;

import org.jspecify.annotations.NullMarked;
