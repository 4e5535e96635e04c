/** What holds for the events of a type: schema, audience, masks. */
@NullMarked
package heliograph.gateway.types;

import org.jspecify.annotations.NullMarked;
