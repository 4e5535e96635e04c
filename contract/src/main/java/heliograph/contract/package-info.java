/**
 * The values that cross the wire: the event and its parts, the claims of a subscriber, cursors,
 * frames and the list of refusals. They check themselves, and know neither HTTP nor a JSON library.
 */
@NullMarked
package heliograph.contract;

import org.jspecify.annotations.NullMarked;
