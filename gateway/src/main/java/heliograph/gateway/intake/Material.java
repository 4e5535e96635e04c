package heliograph.gateway.intake;

import heliograph.gateway.json.Pointers;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * What templates are filled from. One thread.
 *
 * @param whole what the whole body has at the pointers into it
 * @param now when the request is read
 */
record Material(Piece piece, Pointers.Found whole, Sender sender, Instant now) {
  /**
   * What one event is made of: a body, or an element of an array in it.
   *
   * @param found what it has at the pointers
   * @param digest its SHA-256 in hexadecimal
   * @param place which one of several it is, such as {@code .3}; empty for the only one
   */
  record Piece(Pointers.Found found, Supplier<String> digest, String place) {}
}
