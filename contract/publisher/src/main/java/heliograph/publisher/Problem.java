package heliograph.publisher;

import heliograph.contract.ErrorCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says of a refusal (RFC 9457), as far as it is a relay's.
 *
 * @param name the relay's code as it was sent; empty if the answer has none
 * @param detail for people, cut to a length that a log can bear
 * @param pointer to the member at fault, without the index of the event in its batch
 */
record Problem(int status, String name, String detail, String pointer) {
  /** The longest detail that is kept, in characters. */
  static final int MAX_DETAIL = 500;

  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int TOO_LARGE = 413;
  private static final int UNPROCESSABLE = 422;

  Problem {
    StringBuilder clean = new StringBuilder();
    detail
        .codePoints()
        .limit(MAX_DETAIL)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(clean::appendCodePoint);
    detail = clean.toString();
  }

  /** A refusal of which nothing but the status is known. */
  static Problem bare(int status) {
    return new Problem(status, "", "", "");
  }

  Optional<ErrorCode> code() {
    return Optional.ofNullable(known(name));
  }

  private static @Nullable ErrorCode known(String name) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    return null;
  }

  PublishException.Kind kind() {
    if (name.equals(ErrorCode.INVALID_JSON.name())) {
      return PublishException.Kind.INVALID;
    }
    return switch (status) {
      case UNAUTHORIZED -> PublishException.Kind.UNAUTHENTICATED;
      case FORBIDDEN -> PublishException.Kind.NOT_ALLOWED;
      case TOO_LARGE -> PublishException.Kind.TOO_LARGE;
      case UNPROCESSABLE -> PublishException.Kind.INVALID;
      default -> PublishException.Kind.REFUSED;
    };
  }

  /**
   * Whether a part of the request may pass where the whole does not: one event is at fault, or
   * there are too many. A proxy that takes less than the relay answers 413 without a code.
   */
  boolean mayBeAPartsAlone() {
    return status == TOO_LARGE
        || name.equals(ErrorCode.INVALID_JSON.name())
        || name.equals(ErrorCode.INVALID_EVENT.name());
  }

  @Override
  public String toString() {
    String words = name.isEmpty() ? "" : " " + name;
    return "refused with " + status + words + (detail.isEmpty() ? "" : ": " + detail);
  }
}
