package heliograph.gateway.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.admin.ListCursors.Place;
import heliograph.gateway.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an answer for operators is made of: cursors that fit one list, and texts that are safe. */
class ListingTest {
  private final ListCursors cursors = new ListCursors();

  @ParameterizedTest
  @ValueSource(strings = {"", "s_1", "é😀\u0000\n", "a b"})
  void aCursorComesBackAsItWas(String id) {
    for (long rank : new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      Place place = new Place(rank, id);
      assertEquals(place, cursors.read("list", cursors.text("list", place)));
    }
  }

  @Test
  void aCursorIsOfOneListOfOneRelay() {
    String text = cursors.text("streams -late {tenant=a}", new Place(7, "s_1"));
    assertRefused("streams -late {tenant=b}", text);
    assertRefused("streams late {tenant=a}", text);
    ListCursors restarted = new ListCursors();
    assertEquals(
        ErrorCode.BAD_CURSOR,
        assertThrows(RelayException.class, () -> restarted.read("streams -late {tenant=a}", text))
            .code());
  }

  @Test
  void aCursorThatWasChangedIsRefused() {
    String text = cursors.text("list", new Place(7, "s_1"));
    byte[] bytes = Base64.getUrlDecoder().decode(text);
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 1;
      assertRefused("list", Base64.getUrlEncoder().withoutPadding().encodeToString(changed));
    }
    assertRefused("list", text.substring(0, text.length() - 4));
    assertRefused("list", "not base64!");
    assertRefused("list", "A".repeat(100_000));
  }

  private record Item(long rank, String id) {}

  /** Page after page, with many of one rank, is what sorting all of them gives. */
  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true", "true, true"})
  void pagesAreTheWholeListInItsOrder(boolean falling, boolean idsFall) {
    Random random = new Random(17);
    Set<Item> all = new HashSet<>();
    while (all.size() < 500) {
      all.add(new Item(random.nextInt(-3, 4), "s_" + random.nextInt(1000)));
    }
    Comparator<Item> byRank = Comparator.comparingLong(Item::rank);
    Comparator<Item> byId = Comparator.comparing(Item::id);
    List<Item> sorted =
        all.stream()
            .sorted(
                (falling ? byRank.reversed() : byRank)
                    .thenComparing(idsFall ? byId.reversed() : byId))
            .toList();
    Listing<Item> listing =
        new Listing<>("items", Item::id, Map.of("rank", Item::rank), "rank", cursors);
    Listing.Order order = new Listing.Order(falling, idsFall);

    List<Item> paged = new ArrayList<>();
    Optional<Place> after = Optional.empty();
    do {
      List<Listing.Ranked<Item>> page = listing.first(7, all.stream(), Item::rank, order, after);
      assertEquals(Math.min(7, sorted.size() - paged.size()), page.size());
      page.forEach(it -> paged.add(it.item()));
      after = Optional.of(page.getLast().place());
    } while (paged.size() < sorted.size());
    assertEquals(sorted, paged);
    assertEquals(List.of(), listing.first(7, all.stream(), Item::rank, order, after));
  }

  private void assertRefused(String list, String text) {
    assertEquals(
        ErrorCode.BAD_CURSOR,
        assertThrows(RelayException.class, () -> cursors.read(list, text)).code());
  }

  @Test
  void nothingThatATerminalOrAPageWouldObeyStaysAsItIs() {
    StringBuilder all = new StringBuilder();
    for (char unit = ' '; unit < 0x3000; unit++) {
      all.append(unit);
    }
    all.append("\u202e\ufeff😀");
    String safe = Json.escaped(all.toString());
    assertTrue(StandardCharsets.US_ASCII.newEncoder().canEncode(safe));
    assertTrue(safe.chars().noneMatch(it -> it < ' ' || it > '~' || "<>&'".indexOf(it) >= 0));
    assertTrue(safe.contains("\\u003c") && safe.contains("\\u009b") && safe.contains("\\u202e"));
    assertTrue(safe.endsWith("\\ud83d\\ude00"), "each half of a pair is an escape of its own");
    assertEquals("{\"a\":[1,true]}", Json.escaped("{\"a\":[1,true]}"));
  }
}
