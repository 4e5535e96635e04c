package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Data is carried as it was sent; of JSON, only the line breaks between its tokens are taken. */
class PayloadTest {
  @Property
  void jsonIsTheSentTextWithoutItsLineBreaks(@ForAll("jsonLike") String text) {
    byte[] sent = Bytes.utf8(text);

    Payload payload = Payload.json(sent, 0, sent.length);

    assertEquals(text.replace("\r", "").replace("\n", ""), Bytes.text(payload.bytes()));
    assertEquals(Payload.Form.JSON, payload.form());
  }

  @Property
  void jsonIsCutOutOfTheBodyAroundIt(
      @ForAll("jsonLike") String text,
      @ForAll @IntRange(max = 9) int before,
      @ForAll @IntRange(max = 9) int after) {
    byte[] data = Bytes.utf8(text);
    byte[] body = Bytes.utf8("\n".repeat(before) + text + "}".repeat(after));

    Payload payload = Payload.json(body, before, before + data.length);

    assertEquals(Payload.json(data, 0, data.length), payload);
  }

  @Property
  void textAndBytesAreCarriedAsTheyAre(@ForAll String text, @ForAll byte[] bytes) {
    assertArrayEquals(Bytes.utf8(text), Payload.text(text).bytes());
    assertArrayEquals(bytes, Payload.binary(bytes).bytes());
  }

  @Test
  void aHalfSurrogatePairBecomesAQuestionMarkBecauseUtf8CannotSayIt() {
    assertEquals("a?b", Bytes.text(Payload.text("a\uD83Db").bytes()));
  }

  @Test
  void theSendersArrayCanBeUsedAgain() {
    byte[] sent = Bytes.utf8("[1]");
    Payload json = Payload.json(sent, 0, sent.length);
    Payload binary = Payload.binary(sent);

    sent[1] = '2';

    assertEquals("[1]", Bytes.text(json.bytes()));
    assertEquals("[1]", Bytes.text(binary.bytes()));
  }

  @Test
  void theSameBytesInAnotherFormAreOtherData() {
    assertEquals(Payload.text("1"), Payload.text("1"));
    assertNotEquals(Payload.text("1"), Payload.binary(Bytes.utf8("1")));
    assertNotEquals(Payload.ABSENT, Payload.text(""));
  }

  // JSON need not be well-formed here: whoever calls has seen to it.
  @Provide
  Arbitrary<String> jsonLike() {
    return Arbitraries.strings().withChars("{}[]\":,1e é\u20AC\r\n\t \u2028").ofMaxLength(40);
  }
}
