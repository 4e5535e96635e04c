package heliograph.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.WritableHeaders;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pages are the relay's own, with a proxy in front of it and without. */
class OwnOriginTest {
  private static final InetAddress PROXY = InetAddress.ofLiteral("192.0.2.7");
  private static final InetAddress ANYBODY = InetAddress.ofLiteral("203.0.113.1");

  private final OwnOrigin own = new OwnOrigin(List.of(AddressRange.of("192.0.2.0/24")));

  private static ServerRequestHeaders headers(String... lines) {
    WritableHeaders<?> headers = WritableHeaders.create();
    for (String line : lines) {
      int colon = line.indexOf(':');
      headers.add(HeaderNames.create(line.substring(0, colon)), line.substring(colon + 1).strip());
    }
    return ServerRequestHeaders.create(headers);
  }

  @ParameterizedTest
  @CsvSource({
    "app.example.com, https://app.example.com, true",
    "app.example.com, http://app.example.com, true",
    "App.Example.com, https://app.example.com, true",
    "app.example.com:8443, https://app.example.com:8443, true",
    "app.example.com:8443, https://app.example.com, false",
    "app.example.com:443, https://app.example.com, true",
    "app.example.com:443, http://app.example.com, false",
    "app.example.com, https://evil.example, false",
    "app.example.com, 'null', false",
    "app.example.com, '', false",
  })
  void withoutATrustedProxyItIsTheHostByEitherScheme(String host, String origin, boolean is) {
    assertEquals(is, own.is(origin, headers("Host: " + host), ANYBODY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-Host: evil.example",
        "Forwarded: host=evil.example;proto=https",
      })
  void whatAnybodySaysOfForwardingMeansNothing(String line) {
    ServerRequestHeaders headers =
        headers("Host: app.example.com", line, "X-Forwarded-Proto: http");

    assertFalse(own.is("https://evil.example", headers, ANYBODY));
    assertTrue(own.is("https://app.example.com", headers, ANYBODY));
  }

  @Test
  void aTrustedProxySaysTheScheme() {
    ServerRequestHeaders headers = headers("Host: app.example.com", "X-Forwarded-Proto: https");

    assertTrue(own.is("https://app.example.com", headers, PROXY));
    assertFalse(own.is("http://app.example.com", headers, PROXY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-Host: app.example.com",
        "X-Forwarded-Host: evil.example, app.example.com",
        "Forwarded: for=203.0.113.1;host=app.example.com",
        "Forwarded: host=evil.example, for=\"[2001:db8::1]\" ; Host=\"app.example.com\"",
        "Forwarded: for=\"a,host=b;\";by=c;host=App.Example.com",
      })
  void aTrustedProxySaysTheHostAndOfSeveralTheNearestDoes(String line) {
    ServerRequestHeaders headers = headers("Host: 127.0.0.1:8080", line);

    assertTrue(own.is("https://app.example.com", headers, PROXY));
    assertFalse(own.is("http://127.0.0.1:8080", headers, PROXY));
    assertFalse(own.is("https://evil.example", headers, PROXY));
  }

  @Test
  void bothInOneHeader() {
    ServerRequestHeaders headers =
        headers("Host: 127.0.0.1:8080", "Forwarded: host=\"app.example.com:443\";proto=https");

    assertTrue(own.is("https://app.example.com", headers, PROXY));
    assertFalse(own.is("http://app.example.com", headers, PROXY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Forwarded: host=evil.example",
        "Forwarded: host=app.example.com;host=evil.example",
        "Forwarded: host=app.example.com evil",
        "Forwarded: host=\"app.example.com",
        "Forwarded: host",
        "Forwarded: ;;",
      })
  void whereTheySayTwoThingsOrNothingThatCanBeReadNobodyIs(String line) {
    ServerRequestHeaders headers =
        headers("Host: app.example.com", "X-Forwarded-Host: app.example.com", line);

    assertFalse(own.is("https://app.example.com", headers, PROXY));
    assertFalse(own.is("https://evil.example", headers, PROXY));
  }

  @Test
  void twoSchemesAreNone() {
    ServerRequestHeaders headers =
        headers("Host: app.example.com", "X-Forwarded-Proto: https", "Forwarded: proto=http");

    assertFalse(own.is("https://app.example.com", headers, PROXY));
    assertFalse(own.is("http://app.example.com", headers, PROXY));
  }

  @Test
  void withoutAHostNobodyIs() {
    assertFalse(own.is("https://", headers(), ANYBODY));
    assertFalse(own.is("https://", headers("Host: "), ANYBODY));
  }
}
