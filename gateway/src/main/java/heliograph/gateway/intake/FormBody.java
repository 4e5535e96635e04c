package heliograph.gateway.intake;

import heliograph.contract.RelayException;
import heliograph.gateway.http.FormFields;
import heliograph.gateway.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes JSON of a body that is a form. Bytes that are not UTF-8 are refused, because their
 * replacement would be stored. Any thread.
 */
final class FormBody {
  private FormBody() {}

  /**
   * Writes a form as JSON.
   *
   * @param json the name of a member whose text is JSON; if the form has it, it stands for the
   *     whole
   * @return the text of that member, or the form as an object in which a repeated member is an
   *     array
   * @throws RelayException INVALID_REQUEST if it is no form, TOO_LARGE if it has too many members
   */
  static byte[] json(byte[] body, Optional<String> json) {
    Map<String, List<String>> members = new LinkedHashMap<>();
    for (FormFields.Field field : FormFields.of(body)) {
      members.computeIfAbsent(utf8(field.name()), _ -> new ArrayList<>()).add(utf8(field.value()));
    }
    List<String> texts = json.map(name -> members.getOrDefault(name, List.of())).orElse(List.of());
    if (texts.size() > 1) {
      throw FormFields.refused("the member that has the JSON comes twice");
    }
    String text = texts.isEmpty() ? object(members) : texts.getFirst();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String utf8(String bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException _) {
      throw FormFields.refused("a text that is not UTF-8");
    }
  }

  private static String object(Map<String, List<String>> members) {
    return Json.object(
        json ->
            members.forEach(
                (name, values) -> {
                  if (values.size() == 1) {
                    json.writeStringProperty(name, values.getFirst());
                  } else {
                    Json.writeTexts(json, name, values);
                  }
                }));
  }
}
