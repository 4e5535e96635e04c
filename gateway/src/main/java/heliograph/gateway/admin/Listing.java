package heliograph.gateway.admin;

import heliograph.gateway.admin.ListCursors.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/**
 * A list that operators read page by page, sorted in the relay. Of what there is, a page looks at
 * each item once and keeps no more than it shows: it costs no memory to ask for one of thousands.
 * As numbers change from page to page, so does the order by them: an item may then come twice, or
 * not at all. Any thread.
 *
 * @param name what the list is called
 * @param id tells the items apart
 * @param ranks the numbers by which the items can be sorted; by {@code id} they can be anyhow
 * @param usual the order if the query names none
 */
record Listing<T>(
    String name,
    Function<T, String> id,
    Map<String, ToLongFunction<T>> ranks,
    String usual,
    ListCursors cursors) {
  private static final String BY_ID = "id";

  Listing {
    ranks = Map.copyOf(ranks);
  }

  /**
   * One page.
   *
   * @param next the cursor of the next one; empty on the last
   * @param total how many items there are on all pages
   */
  record Page<T>(List<T> items, Optional<String> next, long total) {
    /** Writes the page into an object that is open. */
    void write(JsonGenerator json, BiConsumer<JsonGenerator, T> item) {
      json.writeArrayPropertyStart("items");
      for (T each : items) {
        json.writeStartObject();
        item.accept(json, each);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeName("cursor");
      next.ifPresentOrElse(json::writeString, json::writeNull);
      json.writeNumberProperty("total", total);
    }
  }

  record Ranked<T>(Place place, T item) {}

  /**
   * The order of the places. It is asked for each of thousands of items, so it makes no objects.
   *
   * @param falling whether the greatest rank is first
   * @param idsFall whether the greatest id is, among those of one rank, which is so only where
   *     nothing else counts
   */
  record Order(boolean falling, boolean idsFall) implements Comparator<Place> {
    @Override
    public int compare(Place one, Place other) {
      int byRank = ranks(one.rank(), other.rank());
      if (byRank != 0) {
        return byRank;
      }
      return ids(one.id(), other.id());
    }

    int ids(String one, String other) {
      return idsFall ? other.compareTo(one) : one.compareTo(other);
    }

    int ranks(long one, long other) {
      return falling ? Long.compare(other, one) : Long.compare(one, other);
    }
  }

  /** The page that a query asks for. */
  Page<T> page(ListQuery query, Stream<T> items) {
    int limit = query.limit();
    String sort = query.sort().orElse(usual);
    boolean falling = sort.startsWith("-");
    String by = falling ? sort.substring(1) : sort;
    ToLongFunction<T> rank = rank(by);
    Order order = new Order(falling, falling && by.equals(BY_ID));
    String scope = name + ' ' + sort + ' ' + query.filters();
    Optional<Place> after = query.cursor().map(text -> cursors.read(scope, text));
    AtomicLong total = new AtomicLong();
    Stream<T> counted = items.peek(_ -> total.incrementAndGet());
    List<Ranked<T>> first = first(limit + 1, counted, rank, order, after);
    boolean more = first.size() > limit;
    List<Ranked<T>> shown = more ? first.subList(0, limit) : first;
    return new Page<>(
        shown.stream().map(Ranked::item).toList(),
        more ? Optional.of(cursors.text(scope, shown.getLast().place())) : Optional.empty(),
        total.get());
  }

  private ToLongFunction<T> rank(String by) {
    if (by.equals(BY_ID)) {
      return _ -> 0;
    }
    ToLongFunction<T> rank = ranks.get(by);
    if (rank == null) {
      throw ListQuery.bad(
          "sort: id"
              + String.join(
                  "", new TreeMap<>(ranks).keySet().stream().map(it -> ", " + it).toList())
              + ", with - before it for the greatest first");
    }
    return rank;
  }

  /** The first items after a place, in order. */
  List<Ranked<T>> first(
      int most, Stream<T> items, ToLongFunction<T> rank, Order order, Optional<Place> after) {
    Comparator<Ranked<T>> lastFirst = Comparator.comparing(Ranked<T>::place, order).reversed();
    PriorityQueue<Ranked<T>> kept = new PriorityQueue<>(lastFirst);
    items.forEach(
        item -> {
          // A rank may change while this goes on, so it is asked for once.
          long ranked = rank.applyAsLong(item);
          boolean full = kept.size() == most;
          // Most go by here: their ids, in memory that no cache has, need not be looked at.
          if (full && order.ranks(ranked, kept.element().place().rank()) > 0) {
            return;
          }
          Place place = new Place(ranked, id.apply(item));
          boolean shown = after.isPresent() && order.compare(place, after.get()) <= 0;
          if (shown || (full && order.compare(place, kept.element().place()) >= 0)) {
            return;
          }
          if (full) {
            kept.remove();
          }
          kept.add(new Ranked<>(place, item));
        });
    List<Ranked<T>> sorted = new ArrayList<>(kept);
    sorted.sort(lastFirst.reversed());
    return sorted;
  }
}
