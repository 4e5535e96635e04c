/** A token becomes verified claims: identity providers and their keys. */
@NullMarked
package heliograph.gateway.identity;

import org.jspecify.annotations.NullMarked;
