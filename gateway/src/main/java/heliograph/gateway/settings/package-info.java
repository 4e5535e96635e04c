/**
 * Reads the operator's configuration strictly: one node at a time, every key known, every value
 * within its bounds.
 */
@NullMarked
package heliograph.gateway.settings;

import org.jspecify.annotations.NullMarked;
