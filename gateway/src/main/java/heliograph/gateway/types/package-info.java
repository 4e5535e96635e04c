/** The rules for the events of a type: schema, audience and masks. */
@NullMarked
package heliograph.gateway.types;

import org.jspecify.annotations.NullMarked;
