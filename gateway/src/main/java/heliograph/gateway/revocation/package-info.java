/** What was taken back, and for how long. */
@NullMarked
package heliograph.gateway.revocation;

import org.jspecify.annotations.NullMarked;
