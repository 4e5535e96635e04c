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
 * The text of a form that Twilio and Mandrill sign: each name and its value, decoded, in the order
 * of the names and with nothing between them. If a name has several values, each different value
 * comes once, in their order. Any thread.
 */
final class SignedForm {
  private SignedForm() {}

  /**
   * The bytes that are signed of a body; empty if its media type is not that of a form, since it
   * would then be read as something else than was signed.
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
