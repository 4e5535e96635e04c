package heliograph.gateway.scheme;

import heliograph.contract.RelayException;
import heliograph.gateway.http.FormFields;
import heliograph.gateway.http.MediaType;
import io.helidon.http.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A form as Twilio and Mandrill sign it: each name and its value, decoded, in the order of the
 * names and with nothing between them. Of a name that comes with several values, each of these
 * comes once, in their order. Any thread.
 */
final class SignedForm {
  private SignedForm() {}

  /**
   * What is signed of a body; empty if that is no form: of another media type, it would be read as
   * another thing than was signed.
   */
  static Optional<byte[]> of(Headers headers, byte[] body) {
    if (!MediaType.of(headers).equals(MediaType.FORM)) {
      return Optional.empty();
    }
    Map<String, SortedSet<String>> values = new TreeMap<>();
    try {
      for (FormFields.Field field : FormFields.of(body)) {
        values.computeIfAbsent(field.name(), _ -> new TreeSet<>()).add(field.value());
      }
    } catch (RelayException _) {
      return Optional.empty();
    }
    StringBuilder signed = new StringBuilder();
    values.forEach((name, all) -> all.forEach(value -> signed.append(name).append(value)));
    return Optional.of(signed.toString().getBytes(StandardCharsets.ISO_8859_1));
  }
}
