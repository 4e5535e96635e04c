package heliograph.contract;

/** The value of an attribute, by the types that CloudEvents 1.0 gives JSON forms to. */
public sealed interface Attribute {
  /** String, and everything written as a string: URI, timestamp, binary in base64. */
  record Text(String value) implements Attribute {}

  /** Integer, in the range of 32 bits. */
  record Whole(int value) implements Attribute {}

  /** Boolean. */
  record Truth(boolean value) implements Attribute {}

  /** The value in the canonical string form of CloudEvents 1.0. */
  default String text() {
    return switch (this) {
      case Text(String value) -> value;
      case Whole(int value) -> Integer.toString(value);
      case Truth(boolean value) -> Boolean.toString(value);
    };
  }
}
