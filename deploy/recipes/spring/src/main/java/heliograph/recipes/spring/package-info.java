/** A shop that marks orders as paid and tells the relay of it once that is committed. */
@NullMarked
package heliograph.recipes.spring;

import org.jspecify.annotations.NullMarked;
