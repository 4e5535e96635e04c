package heliograph.gateway.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.KnownParameters.Endpoint;
import io.helidon.common.uri.UriQuery;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A parameter that was meant for the relay is never passed over: it counts, or its name is told.
 */
class KnownParametersTest {
  private static final List<String> OF_STREAMS =
      List.of(
          "topic",
          "type",
          "filter",
          "since",
          "replay",
          "latest",
          "lastEventId",
          "snapshot",
          "window",
          "format",
          "ticket",
          "access_token");

  private final KnownParameters parameters = new KnownParameters("access_token");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "topics          | topic, once for each",
        "topic[]         | topic, once for each",
        "topic[0]        | topic, once for each",
        "Topic           | topic, once for each",
        "TOPIC           | topic, once for each",
        "tpoic           | topic, once for each",
        "tropic          | topic, once for each",
        "types           | type, once for each",
        "type[]          | type, once for each",
        "tpye            | type, once for each",
        "filters         | filter",
        "last-event-id   | lastEventId",
        "last_event_id   | lastEventId",
        "lastEventID     | lastEventId",
        "Last-Event-ID   | lastEventId",
        "accessToken     | access_token",
        "access-token    | access_token",
        "replays         | replay",
        "sinse           | since",
        "afters          | after",
        "waits           | wait",
      })
  void aNameThatLooksLikeAKnownOneIsToldTheRightOne(String name, String right) {
    String[] parts = right.split(", ", 2);
    String meant = parts[0] + " is meant" + (parts.length == 2 ? ", " + parts[1] : "");
    assertEquals(name + ": unknown; " + meant, refusal(query(name, "x"), Endpoint.STREAM));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_",
        "t",
        "ts",
        "cb",
        "r",
        "v",
        "nocache",
        "time",
        "timestamp",
        "_dc",
        "rand",
        "id",
        "jwt",
        "token",
        "tenant",
        "user",
        "page",
        "lang",
        "utm_source",
        "evs_last_event_id",
        "evs_preamble",
        "topicality",
        "typed_by",
        "style",
        "state",
        "await",
        "",
        "a=b",
        "ä",
        "[]"
      })
  void namesOfOthersArePassedOver(String name) {
    for (Endpoint endpoint : List.of(Endpoint.STREAM, Endpoint.STATUS)) {
      if (name.equals("await")) {
        // One letter more than wait, which the price of the rule is.
        assertEquals("await: unknown; wait is meant", refusal(query(name, "1"), endpoint));
      } else {
        assertDoesNotThrow(() -> parameters.check(UriQuery.create(query(name, "1")), endpoint));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POLL    | lastEventId  | lastEventId: not for polls; after is meant",
        "POLL    | window       | window: not for polls",
        "POLL    | snapshot     | snapshot: not for polls",
        "POLL    | format       | format: not for polls",
        "POLL    | event        | event: not for polls",
        "POLL    | heartbeat    | heartbeat: not for polls",
        "POLL    | ticket       | ticket: not for polls",
        "STREAM  | after        | after: not for streams; lastEventId is meant",
        "STREAM  | wait         | wait: not for streams",
        "STATUS  | topic        | topic: not for the status",
        "RENEWAL | topic        | topic: not for renewals",
        "TICKETS | topic        | topic: not for tickets",
        "TICKETS | access_token | access_token: not for tickets",
        "TICKETS | after        | after: not for tickets",
      })
  void whatIsOfAnotherEndpointIsRefusedByName(Endpoint endpoint, String name, String detail) {
    assertEquals(detail, refusal(query(name, "x"), endpoint));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "filter",
        "since",
        "replay",
        "latest",
        "lastEventId",
        "snapshot",
        "window",
        "format"
      })
  void whatCountsOnceIsThereOnce(String name) {
    assertEquals(
        name + ": once", refusal(query(name, "a") + "&" + query(name, "a"), Endpoint.STREAM));
  }

  @Property
  void oneSlipIsSeenWhereverItIs(@ForAll("slips") String name) {
    assertEquals(
        ErrorCode.INVALID_REQUEST,
        assertThrows(
                RelayException.class,
                () -> parameters.check(UriQuery.create(query(name, "x")), Endpoint.STREAM))
            .code());
  }

  @Provide
  Arbitrary<String> slips() {
    Arbitrary<String> names = Arbitraries.of(OF_STREAMS).filter(name -> name.length() >= 5);
    return Combinators.combine(
            names, Arbitraries.integers().between(0, 5), Arbitraries.integers().between(0, 40))
        .as(KnownParametersTest::slip)
        .filter(name -> !OF_STREAMS.contains(name));
  }

  private static String slip(String name, int kind, int place) {
    int at = place % (name.length() - 1);
    return switch (kind) {
      case 0 -> name.substring(0, at) + name.substring(at + 1);
      case 1 -> name.substring(0, at) + "x" + name.substring(at);
      case 2 -> name.substring(0, at) + "x" + name.substring(at + 1);
      case 3 ->
          name.substring(0, at) + name.charAt(at + 1) + name.charAt(at) + name.substring(at + 2);
      case 4 -> name.substring(0, at) + "-" + name.substring(at).toUpperCase(Locale.ROOT);
      default -> name + "s[" + place + "]";
    };
  }

  @Property
  void anyNameCountsIsToldOrMeansNothing(
      @ForAll @StringLength(max = 40) @CharRange(from = ' ', to = '~') String name,
      @ForAll Endpoint endpoint) {
    try {
      parameters.check(UriQuery.create(query(name, "x")), endpoint);
    } catch (RelayException refusal) {
      assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
      assertEquals(0, refusal.detail().indexOf(name));
    }
  }

  private String refusal(String query, Endpoint endpoint) {
    return assertThrows(
            RelayException.class, () -> parameters.check(UriQuery.create(query), endpoint))
        .detail();
  }

  private static String query(String name, String value) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8) + "=" + value;
  }
}
