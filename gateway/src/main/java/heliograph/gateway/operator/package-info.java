/** Who acts on the admin listener, how they are known there, and what is noted of what they do. */
@NullMarked
package heliograph.gateway.operator;

import org.jspecify.annotations.NullMarked;
