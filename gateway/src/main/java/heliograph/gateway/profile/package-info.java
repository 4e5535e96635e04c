/**
 * What an operator's own streams are: their paths, what they ask for, and how they look on the
 * wire. These are values: nothing here has a thread or a connection.
 */
@NullMarked
package heliograph.gateway.profile;

import org.jspecify.annotations.NullMarked;
