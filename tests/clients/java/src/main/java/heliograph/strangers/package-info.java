/** Clients of the JVM that others wrote, each as its documentation shows it. */
@NullMarked
package heliograph.strangers;

import org.jspecify.annotations.NullMarked;
