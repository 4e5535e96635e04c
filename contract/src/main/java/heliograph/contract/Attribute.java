package heliograph.contract;

/** The value of an attribute, of one of the types for which CloudEvents 1.0 has JSON forms. */
public sealed interface Attribute {
  /** A String, or what is written as a string: a URI, a timestamp, binary in base64. */
  record Text(String value) implements Attribute {}

  /** An Integer, which has 32 bits. */
  record Whole(int value) implements Attribute {}

  /** A Boolean. */
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
