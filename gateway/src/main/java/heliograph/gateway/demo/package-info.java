/** The demo: its identity provider, its publisher and its page. */
@NullMarked
package heliograph.gateway.demo;

import org.jspecify.annotations.NullMarked;
