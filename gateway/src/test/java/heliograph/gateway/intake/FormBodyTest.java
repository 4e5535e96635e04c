package heliograph.gateway.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.FormFields;
import heliograph.gateway.json.JsonTree;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A form means what {@link URLDecoder} says of its parts, or it is refused. */
class FormBodyTest {
  private static Map<String, List<String>> read(String form) {
    byte[] json = FormBody.json(form.getBytes(StandardCharsets.UTF_8), Optional.empty());
    Map<String, List<String>> members = new LinkedHashMap<>();
    JsonTree.object(json)
        .forEachEntry(
            (name, value) ->
                members.put(
                    name,
                    value.isArray()
                        ? value.valueStream().map(JsonNode::stringValue).toList()
                        : List.of(value.stringValue())));
    return members;
  }

  private static Map<String, List<String>> grouped(List<Map.Entry<String, String>> pairs) {
    Map<String, List<String>> members = new LinkedHashMap<>();
    pairs.forEach(
        pair ->
            members.computeIfAbsent(pair.getKey(), _ -> new ArrayList<>()).add(pair.getValue()));
    return members;
  }

  @Property
  void whatWasEncodedIsReadBack(@ForAll("pairs") List<Map.Entry<String, String>> pairs) {
    String form =
        pairs.stream()
            .map(
                pair ->
                    URLEncoder.encode(pair.getKey(), StandardCharsets.UTF_8)
                        + "="
                        + URLEncoder.encode(pair.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));

    assertEquals(grouped(pairs), read(form));
  }

  @Provide
  Arbitrary<List<Map.Entry<String, String>>> pairs() {
    Arbitrary<String> text =
        Arbitraries.strings()
            .withChars("ab&=+%;é€\u0000\n\"\\/\u2028 ")
            .ofMaxLength(5)
            .map(it -> it.replace("b", "😀"));
    return Combinators.combine(text, text).as(Map::entry).list().ofMaxSize(5);
  }

  @Property
  void whateverComesMeansWhatTheDecoderSays(@ForAll("forms") String form) {
    List<Map.Entry<String, String>> pairs = new ArrayList<>();
    boolean broken = false;
    for (String part : form.split("&", -1)) {
      if (!part.isEmpty()) {
        int equals = part.indexOf('=');
        String name = equals < 0 ? part : part.substring(0, equals);
        String value = equals < 0 ? "" : part.substring(equals + 1);
        broken |= isBroken(name) || isBroken(value);
        pairs.add(broken ? Map.entry("", "") : Map.entry(decoded(name), decoded(value)));
      }
    }
    if (broken) {
      RelayException refusal = assertThrows(RelayException.class, () -> read(form));
      assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
    } else {
      assertEquals(grouped(pairs), read(form));
    }
  }

  /** What the decoder guesses at: it puts a sign in the place of what is not UTF-8. */
  private static boolean isBroken(String text) {
    return text.matches("(?s).*%(?![0-9A-Fa-f]{2}).*") || decoded(text).contains("\uFFFD");
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Provide
  Arbitrary<String> forms() {
    return Arbitraries.of(
            "a", "b", "=", "&", "+", "%41", "%C3%A9", "%c3", "%a9", "%", "%4", "%zz", "é")
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Test
  void theMemberWithTheJsonStandsForTheWhole() {
    byte[] form = "a=1&p=%7B%22x%22%3A+1.0%7D".getBytes(StandardCharsets.UTF_8);
    assertEquals("{\"x\": 1.0}", text(FormBody.json(form, Optional.of("p"))));
    assertEquals(
        "{\"a\":\"1\"}", text(FormBody.json(new byte[] {'a', '=', '1'}, Optional.of("p"))));
    byte[] twice = "p=1&p=2".getBytes(StandardCharsets.UTF_8);
    assertThrows(RelayException.class, () -> FormBody.json(twice, Optional.of("p")));
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  @Test
  void itHasItsNumberOfMembers() {
    String most = "a&".repeat(FormFields.MAX);
    assertEquals(FormFields.MAX, read(most).get("a").size());
    RelayException refusal = assertThrows(RelayException.class, () -> read(most + "b"));
    assertEquals(ErrorCode.TOO_LARGE, refusal.code());
  }
}
