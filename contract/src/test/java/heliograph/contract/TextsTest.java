package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What is counted is what an encoder would write. */
class TextsTest {
  @Property
  void theSizeOfATextIsThatOfItsBytes(@ForAll String text) {
    String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);

    assertEquals(whole.getBytes(StandardCharsets.UTF_8).length, Texts.utf8(whole));
  }
}
