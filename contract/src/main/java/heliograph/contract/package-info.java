/**
 * What crosses the wire: the event and its parts, the claims of a subscriber, cursors, frames and
 * the list of refusals. Values check themselves; nothing here knows HTTP or a JSON library.
 */
@NullMarked
package heliograph.contract;

import org.jspecify.annotations.NullMarked;
