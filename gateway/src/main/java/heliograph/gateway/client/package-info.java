/**
 * What those who write clients are given: a description of the streams and their events, and the
 * files of the client library. All of it is made before the listeners open, and then only read.
 */
@NullMarked
package heliograph.gateway.client;

import org.jspecify.annotations.NullMarked;
