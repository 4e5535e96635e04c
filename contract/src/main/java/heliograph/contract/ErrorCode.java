package heliograph.contract;

import java.util.Locale;

/**
 * All ways in which the relay can refuse a request. They are part of the public contract: codes are
 * added and never changed. The {@code type} of a problem (RFC 9457 section 3.1.1) is derived from
 * the code and is as stable.
 */
public enum ErrorCode {
  /** The body, or JSON data in it, is not JSON in UTF-8, is too deep, or names a member twice. */
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
  /** The token has expired. */
  EXPIRED_TOKEN(401, "The token has expired"),
  /** The token was taken back, by an operator or by its issuer. */
  REVOKED_TOKEN(401, "The token was taken back"),
  /** A webhook's signature or key is missing or wrong, or its publisher is unknown. */
  BAD_SIGNATURE(401, "The signature was refused"),
  /** A webhook was signed correctly, but too long ago or in the future. */
  STALE_REQUEST(401, "The signed timestamp is out of tolerance"),
  /** The caller is known, but has no right to this tenant, topic or type. */
  NOT_ALLOWED(403, "Not allowed"),
  /** There is no such resource. */
  NOT_FOUND(404, "Not found"),
  /** The resource has no such method. */
  METHOD_NOT_ALLOWED(405, "Method not allowed"),
  /** The client accepts no format that the resource has. */
  NOT_ACCEPTABLE(406, "Not acceptable"),
  /** The request did not arrive in time. */
  REQUEST_TIMEOUT(408, "The request took too long to arrive"),
  /** A body, an event or a batch is over its limit. */
  TOO_LARGE(413, "Too large"),
  /** The media type or the content coding is not one of the documented ones. */
  UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
  /** The admin listener is asked for a host that it does not answer to. */
  MISDIRECTED(421, "The request is for another host"),
  /** A publisher exceeds its rate. */
  RATE_LIMITED(429, "Too many events"),
  /** A limit on open streams is reached. A stream is told of it by {@link EndReason#LIMIT}. */
  TOO_MANY_STREAMS(429, "Too many streams"),
  /** An operator has paused the publisher. Nothing was stored. */
  PUBLISHER_PAUSED(503, "The publisher is paused"),
  /** The relay is stopping. */
  SHUTTING_DOWN(503, "The relay is stopping"),
  /** The log cannot take or give events now, and stored nothing of what it was given. */
  LOG_UNAVAILABLE(503, "The log is unavailable"),
  /** Too many bytes of bodies are being received at once. */
  OVERLOADED(503, "The relay is overloaded"),
  /** What is needed to verify a credential cannot be had now, such as an issuer's keys. */
  IDENTITY_UNAVAILABLE(503, "Tokens cannot be verified now"),
  /** A revocation cannot be kept now, so nothing was taken back. */
  REVOCATIONS_UNAVAILABLE(503, "Revocations cannot be kept now"),
  /** An operator's action cannot be noted in the audit now, so it was not done. */
  AUDIT_UNAVAILABLE(503, "The audit cannot be written now"),
  /** The configuration is wrong that was to be read again, so nothing has changed. */
  BAD_CONFIGURATION(422, "The configuration is wrong"),
  /** The relay has a bug. */
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
