/** Revocations: which credentials were taken back, and for how long that is kept. */
@NullMarked
package heliograph.gateway.revocation;

import org.jspecify.annotations.NullMarked;
