package heliograph.publisher;

import heliograph.contract.ErrorCode;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * An event was not published, or nobody can say whether it was. The future of a publish fails with
 * it, and with nothing else. Its message names the reason and never a secret nor the event's data.
 * Any thread.
 */
public final class PublishException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what a caller can do about it. */
  public enum Kind {
    /** The event breaks a rule of the contract: another event has to be sent. */
    INVALID,
    /** The event is over a limit on bytes, of this publisher or of the relay. */
    TOO_LARGE,
    /** The relay does not know the caller: the credential or the clock is wrong. */
    UNAUTHENTICATED,
    /** The caller may not use the event's tenant, topic, type or source. */
    NOT_ALLOWED,
    /** What answers at the address does so in a way that trying again cannot mend. */
    REFUSED,
    /** The attempts, or the time for them, are used up. Sending it again later is safe. */
    GAVE_UP,
    /** The queue is full. The event was not accepted, and no attempt was made. */
    QUEUE_FULL,
    /** The publisher was closed before, or before the event was answered. */
    CLOSED
  }

  private final Kind kind;
  private final boolean mayBeStored;
  private final int status;
  private final @Nullable ErrorCode code;
  private final String pointer;

  private PublishException(
      Kind kind, String message, boolean mayBeStored, @Nullable Problem problem) {
    super(message, null, false, false);
    this.kind = Objects.requireNonNull(kind);
    this.mayBeStored = mayBeStored;
    this.status = problem == null ? 0 : problem.status();
    this.code = problem == null ? null : problem.code().orElse(null);
    this.pointer = problem == null ? "" : problem.pointer();
  }

  /** An event that was never on its way. */
  static PublishException unsent(Kind kind, String message) {
    return new PublishException(kind, message, false, null);
  }

  /** An event whose attempts ended without an answer to keep. */
  static PublishException ended(Kind kind, String message, boolean mayBeStored) {
    return new PublishException(kind, message, mayBeStored, null);
  }

  /** An event that the relay refused. */
  static PublishException refused(Problem problem, boolean mayBeStored) {
    return new PublishException(problem.kind(), problem.toString(), mayBeStored, problem);
  }

  /** What a caller can do about it. */
  public Kind kind() {
    return kind;
  }

  /**
   * Whether the event may be in the log in spite of this: an attempt was cut off before its answer,
   * or the answer was lost. Publishing it again with the same id stores it once in either case. If
   * this is false, the event is not there because of this publish.
   */
  public boolean mayBeStored() {
    return mayBeStored;
  }

  /**
   * The HTTP status (RFC 9110, section 15) with which it was refused; empty if no answer says so.
   */
  public OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /** The relay's code; empty if no relay refused it, or one that is newer than this library. */
  public Optional<ErrorCode> code() {
    return Optional.ofNullable(code);
  }

  /**
   * The JSON pointer (RFC 6901) to the member of the event at fault, such as {@code /topic}; empty
   * where no single one is.
   */
  public String pointer() {
    return pointer;
  }
}
