package heliograph.gateway.intake;

import heliograph.gateway.json.Pointers;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * The values from which templates are filled. One thread.
 *
 * @param whole the values at the pointers into the whole body
 * @param now when the request is read
 */
record Material(Piece piece, Pointers.Found whole, Sender sender, Instant now) {
  /**
   * The piece of a body that becomes one event: the whole, or an element of an array in it.
   *
   * @param found the values at the pointers into the piece
   * @param digest the SHA-256 of the piece in hexadecimal
   * @param place which one of several it is, such as {@code .3}; empty for the only one
   */
  record Piece(Pointers.Found found, Supplier<String> digest, String place) {}
}
