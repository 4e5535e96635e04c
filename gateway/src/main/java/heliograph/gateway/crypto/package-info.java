/** Hashes and signatures, over the JDK's own. */
@NullMarked
package heliograph.gateway.crypto;

import org.jspecify.annotations.NullMarked;
