package heliograph.contract;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A refusal, which is thrown near its cause and turned into a problem in one place. The detail is
 * sent to the caller, so it names the member and the rule, and never a secret or another tenant's
 * id. Where callers must not learn more, a reason says more to operators alone. There is no stack
 * trace, because a refusal is an answer and not a bug. Any thread.
 */
public final class RelayException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Duration SUCCESSOR = Duration.ofSeconds(1);

  private final ErrorCode code;
  private final String pointer;
  private final @Nullable Duration retryAfter;
  private final @Nullable String reason;

  /** Makes the refusal of a request as a whole. */
  public RelayException(ErrorCode code, String detail) {
    this(code, "", detail, null, null);
  }

  private RelayException(
      ErrorCode code,
      String pointer,
      String detail,
      @Nullable Duration retryAfter,
      @Nullable String reason) {
    super(detail, null, false, false);
    this.code = Objects.requireNonNull(code);
    this.pointer = pointer;
    this.retryAfter = retryAfter;
    this.reason = reason;
  }

  /**
   * Makes the refusal of an event that has a member which breaks its rule.
   *
   * @param member the member's name, such as {@code topic}
   */
  public static RelayException invalid(String member, String detail) {
    return new RelayException(ErrorCode.INVALID_EVENT, "/" + escape(member), detail, null, null);
  }

  /**
   * Makes the refusal of an event that breaks a rule at some depth.
   *
   * @param pointer the JSON pointer (RFC 6901) to the fault, such as {@code /data/customer}
   */
  public static RelayException invalidAt(String pointer, String detail) {
    return new RelayException(ErrorCode.INVALID_EVENT, pointer, detail, null, null);
  }

  /** Makes a refusal that does not last: the caller may come back after the given time. */
  public static RelayException retryAfter(ErrorCode code, String detail, Duration wait) {
    return new RelayException(code, "", detail, wait, null);
  }

  /** Makes the refusal of a relay that stops. Whoever comes back soon finds its successor. */
  public static RelayException stopping() {
    return retryAfter(ErrorCode.SHUTTING_DOWN, "the relay is stopping", SUCCESSOR);
  }

  /** A copy of this refusal with another code, for instance NOT_ALLOWED at the same member. */
  public RelayException as(ErrorCode other) {
    return new RelayException(other, pointer, detail(), retryAfter, reason);
  }

  /** A copy of this refusal for the event at {@code index} of a batch. */
  public RelayException at(int index) {
    return new RelayException(code, "/" + index + pointer, detail(), retryAfter, reason);
  }

  /**
   * A copy of this refusal that says more to the operator and nothing more to the caller.
   *
   * @param why the reason, without a secret and without what the caller presented
   */
  public RelayException because(String why) {
    return new RelayException(code, pointer, detail(), retryAfter, why);
  }

  /** The code by which programs know the refusal. */
  public ErrorCode code() {
    return code;
  }

  /** What the caller is told. */
  public String detail() {
    return Objects.requireNonNull(getMessage());
  }

  /** The JSON pointer (RFC 6901) to the member at fault; empty when no single member is. */
  public String pointer() {
    return pointer;
  }

  /** How long the caller should wait; empty if the refusal lasts. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** What only operators are told; empty where the detail says everything. */
  public Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  // A name may hold any character, and a client must find it again by the pointer (RFC 6901
  // section 3).
  private static String escape(String member) {
    return member.replace("~", "~0").replace("/", "~1");
  }
}
