/** Hashes and signatures, which the JDK computes. */
@NullMarked
package heliograph.gateway.crypto;

import org.jspecify.annotations.NullMarked;
