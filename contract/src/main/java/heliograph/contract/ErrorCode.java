package heliograph.contract;

import java.util.Locale;

/**
 * Every way the relay can refuse a request. Public contract: codes are only ever added. The {@code
 * type} of a problem (RFC 9457 section 3.1.1) is derived from the code and is as stable.
 */
public enum ErrorCode {
  /** The body, or JSON data in it, is not JSON in UTF-8, too deep, or names a member twice. */
  INVALID_JSON(400, "The body is not valid JSON"),
  /** A query parameter, a header or the head is malformed, or the body's length or coding. */
  INVALID_REQUEST(400, "The request is malformed"),
  /** {@code Last-Event-ID}, {@code lastEventId} or {@code after} is not a cursor. */
  BAD_CURSOR(400, "The cursor is malformed"),
  /** A member of an event breaks its rule. */
  INVALID_EVENT(422, "The event is not acceptable"),
  /** Nothing in the request says who calls. */
  NO_CREDENTIALS(401, "Credentials are missing"),
  /** The token's form, signature, issuer or audience is wrong, or it is not valid yet. */
  BAD_TOKEN(401, "The token was refused"),
  /** The token's time is over. */
  EXPIRED_TOKEN(401, "The token has expired"),
  /** The token was taken back, by an operator or by its issuer. */
  REVOKED_TOKEN(401, "The token was taken back"),
  /** A webhook's signature or key is missing or wrong, or its publisher is unknown. */
  BAD_SIGNATURE(401, "The signature was refused"),
  /** A webhook was signed correctly, but too long ago or in the future. */
  STALE_REQUEST(401, "The signed timestamp is out of tolerance"),
  /** Known caller, but not for this tenant, topic or type. */
  NOT_ALLOWED(403, "Not allowed"),
  /** No such resource. */
  NOT_FOUND(404, "Not found"),
  /** The resource has no such method. */
  METHOD_NOT_ALLOWED(405, "Method not allowed"),
  /** The client accepts no format the resource has. */
  NOT_ACCEPTABLE(406, "Not acceptable"),
  /** The request did not arrive in time. */
  REQUEST_TIMEOUT(408, "The request took too long to arrive"),
  /** A body, an event or a batch is over its limit. */
  TOO_LARGE(413, "Too large"),
  /** Media type or content coding is not one of the documented ones. */
  UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
  /** The admin listener is asked for a host that it does not answer to. */
  MISDIRECTED(421, "The request is for another host"),
  /** A publisher is over its rate. */
  RATE_LIMITED(429, "Too many events"),
  /** A limit on open streams is reached; a stream is told so by {@link EndReason#LIMIT} instead. */
  TOO_MANY_STREAMS(429, "Too many streams"),
  /** The relay is stopping. */
  SHUTTING_DOWN(503, "The relay is stopping"),
  /** The log cannot take or give events now; of what was to be stored, nothing was. */
  LOG_UNAVAILABLE(503, "The log is unavailable"),
  /** Too many bytes of bodies are being received at once. */
  OVERLOADED(503, "The relay is overloaded"),
  /** The issuer's keys cannot be had now. */
  IDENTITY_UNAVAILABLE(503, "Tokens cannot be verified now"),
  /** What is taken back cannot be kept now, so nothing was taken back. */
  REVOCATIONS_UNAVAILABLE(503, "Revocations cannot be kept now"),
  /** A bug in the relay. */
  INTERNAL_ERROR(500, "Internal error");

  private static final String TYPE_PREFIX = "urn:heliograph:problem:";

  private final int status;
  private final String title;

  ErrorCode(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** The HTTP status (RFC 9110 section 15) that goes with the code. */
  public int status() {
    return status;
  }

  /** A short, constant summary for people. */
  public String title() {
    return title;
  }

  /** The problem's {@code type}, a URI: {@code urn:heliograph:problem:bad-signature}. */
  public String type() {
    return TYPE_PREFIX + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
