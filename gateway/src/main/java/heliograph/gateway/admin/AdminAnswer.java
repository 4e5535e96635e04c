package heliograph.gateway.admin;

import heliograph.gateway.crypto.Sha256;
import heliograph.gateway.http.Conditional;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.json.Json;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/**
 * Sends what the API of operators answers. Outsiders choose topics, subjects, names of agents and
 * reasons, and operators look at them in terminals and pages. So nothing but the printable
 * characters of ASCII is in an answer, without those that begin something in HTML; all else is
 * written as JSON's escapes. Any thread.
 */
final class AdminAnswer {
  private static final int TAG_CHARACTERS = 32;

  private AdminAnswer() {}

  /** Sends an object, or 304 if the client has it already (RFC 9110, section 13.1.2). */
  static void send(
      ServerRequest request, ServerResponse response, Consumer<JsonGenerator> members) {
    byte[] bytes = Json.escaped(Json.object(members)).getBytes(StandardCharsets.US_ASCII);
    String tag = '"' + Sha256.hex(Sha256.of(bytes)).substring(0, TAG_CHARACTERS) + '"';
    if (!Conditional.sent(request, response, tag)) {
      JsonAnswer.in(response).send(bytes);
    }
  }
}
