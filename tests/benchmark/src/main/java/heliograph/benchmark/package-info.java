/** Measures a running relay from outside, beside nginx with nchan, and writes what came out. */
@NullMarked
package heliograph.benchmark;

import org.jspecify.annotations.NullMarked;
