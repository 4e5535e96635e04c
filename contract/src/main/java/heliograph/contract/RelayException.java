package heliograph.contract;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A refusal: thrown near its cause, turned into a problem in one place. The detail is sent to the
 * caller, so it names the member and the rule, never a secret and never another tenant's id. Where
 * callers must not learn more, there is a reason besides, which operators alone are told. It
 * carries no stack trace, because a refusal is an answer and not a bug. Any thread.
 */
public final class RelayException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Duration SUCCESSOR = Duration.ofSeconds(1);

  private final ErrorCode code;
  private final String pointer;
  private final @Nullable Duration retryAfter;
  private final @Nullable String reason;

  /** A refusal of the request as a whole. */
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
   * An event's member breaks its rule.
   *
   * @param member the member's name, such as {@code topic}
   */
  public static RelayException invalid(String member, String detail) {
    return new RelayException(ErrorCode.INVALID_EVENT, "/" + escape(member), detail, null, null);
  }

  /**
   * What was sent breaks a rule at some depth.
   *
   * @param pointer JSON pointer (RFC 6901) from the whole to it, such as {@code /data/customer}
   */
  public static RelayException invalidAt(String pointer, String detail) {
    return new RelayException(ErrorCode.INVALID_EVENT, pointer, detail, null, null);
  }

  /** A refusal that will pass: the caller may come back after the given time. */
  public static RelayException retryAfter(ErrorCode code, String detail, Duration wait) {
    return new RelayException(code, "", detail, wait, null);
  }

  /** The relay is stopping; whoever comes back soon finds the one that follows it. */
  public static RelayException stopping() {
    return retryAfter(ErrorCode.SHUTTING_DOWN, "the relay is stopping", SUCCESSOR);
  }

  /** The same refusal with another code, for instance NOT_ALLOWED at the same member. */
  public RelayException as(ErrorCode other) {
    return new RelayException(other, pointer, detail(), retryAfter, reason);
  }

  /** The same refusal for the event at {@code index} of a batch. */
  public RelayException at(int index) {
    return new RelayException(code, "/" + index + pointer, detail(), retryAfter, reason);
  }

  /**
   * The same refusal to the caller, with more for the operator.
   *
   * @param why without a secret, and without what the caller presented
   */
  public RelayException because(String why) {
    return new RelayException(code, pointer, detail(), retryAfter, why);
  }

  public ErrorCode code() {
    return code;
  }

  public String detail() {
    return Objects.requireNonNull(getMessage());
  }

  /** JSON pointer (RFC 6901) to the member at fault; empty when no single member is. */
  public String pointer() {
    return pointer;
  }

  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** What only operators are told; empty where the detail says it all. */
  public Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  // RFC 6901 section 3: a name may hold any character, and a client's parser must find it again.
  private static String escape(String member) {
    return member.replace("~", "~0").replace("/", "~1");
  }
}
