package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of refusals is public: a line of it may be added, never changed or taken away. */
class ErrorCodeTest {
  private static final String TABLE =
      """
      INVALID_JSON 400 urn:heliograph:problem:invalid-json
      INVALID_REQUEST 400 urn:heliograph:problem:invalid-request
      BAD_CURSOR 400 urn:heliograph:problem:bad-cursor
      INVALID_EVENT 422 urn:heliograph:problem:invalid-event
      NO_CREDENTIALS 401 urn:heliograph:problem:no-credentials
      BAD_TOKEN 401 urn:heliograph:problem:bad-token
      EXPIRED_TOKEN 401 urn:heliograph:problem:expired-token
      REVOKED_TOKEN 401 urn:heliograph:problem:revoked-token
      BAD_SIGNATURE 401 urn:heliograph:problem:bad-signature
      STALE_REQUEST 401 urn:heliograph:problem:stale-request
      NOT_ALLOWED 403 urn:heliograph:problem:not-allowed
      NOT_FOUND 404 urn:heliograph:problem:not-found
      METHOD_NOT_ALLOWED 405 urn:heliograph:problem:method-not-allowed
      NOT_ACCEPTABLE 406 urn:heliograph:problem:not-acceptable
      REQUEST_TIMEOUT 408 urn:heliograph:problem:request-timeout
      TOO_LARGE 413 urn:heliograph:problem:too-large
      UNSUPPORTED_MEDIA_TYPE 415 urn:heliograph:problem:unsupported-media-type
      MISDIRECTED 421 urn:heliograph:problem:misdirected
      RATE_LIMITED 429 urn:heliograph:problem:rate-limited
      TOO_MANY_STREAMS 429 urn:heliograph:problem:too-many-streams
      PUBLISHER_PAUSED 503 urn:heliograph:problem:publisher-paused
      SHUTTING_DOWN 503 urn:heliograph:problem:shutting-down
      LOG_UNAVAILABLE 503 urn:heliograph:problem:log-unavailable
      OVERLOADED 503 urn:heliograph:problem:overloaded
      IDENTITY_UNAVAILABLE 503 urn:heliograph:problem:identity-unavailable
      REVOCATIONS_UNAVAILABLE 503 urn:heliograph:problem:revocations-unavailable
      AUDIT_UNAVAILABLE 503 urn:heliograph:problem:audit-unavailable
      BAD_CONFIGURATION 422 urn:heliograph:problem:bad-configuration
      INTERNAL_ERROR 500 urn:heliograph:problem:internal-error
      """;

  @Test
  void theTableIsAsPublished() {
    assertEquals(
        TABLE,
        Arrays.stream(ErrorCode.values())
            .map(code -> code + " " + code.status() + " " + code.type() + "\n")
            .collect(Collectors.joining()));
  }

  @Test
  void everyCodeHasATypeOfItsOwnAndATitleForPeople() {
    long types = Arrays.stream(ErrorCode.values()).map(ErrorCode::type).distinct().count();
    long titled = Arrays.stream(ErrorCode.values()).filter(code -> !code.title().isBlank()).count();

    assertEquals(ErrorCode.values().length, types);
    assertEquals(ErrorCode.values().length, titled);
  }
}
