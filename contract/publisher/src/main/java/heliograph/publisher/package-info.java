/**
 * Publishes events to a relay, from a back end: signed, in batches, sent again until they are
 * answered, each with one answer. {@link heliograph.publisher.Publisher} is where to begin.
 */
@NullMarked
package heliograph.publisher;

import org.jspecify.annotations.NullMarked;
