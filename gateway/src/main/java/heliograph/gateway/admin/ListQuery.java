package heliograph.gateway.admin;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.common.parameters.Parameters;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The query of a request for a list: how much of it, in which order, and of what. One thread. */
final class ListQuery {
  /** The most items of a page. */
  static final int MAX_LIMIT = 1000;

  /** The items of a page, unless the query says otherwise. */
  static final int USUAL_LIMIT = 100;

  /** The most characters of a filter. */
  static final int MAX_FILTER = 1000;

  private static final Set<String> OF_EVERY_LIST = Set.of("limit", "cursor", "sort");

  private final Parameters query;
  private final Set<String> filters;

  /**
   * Reads the names of a query.
   *
   * @param filters the names of the filters that the list knows
   * @throws RelayException INVALID_REQUEST for a parameter that the list does not know, as with a
   *     misspelt filter everything would be shown, or that is there twice
   */
  ListQuery(ServerRequest request, Set<String> filters) {
    this.query = request.query();
    this.filters = filters;
    for (String name : query.names()) {
      if (!OF_EVERY_LIST.contains(name) && !filters.contains(name)) {
        throw bad(
            "the parameters are limit, cursor, sort" + said(filters) + "; another one is there");
      }
      if (query.all(name, List::of).size() > 1) {
        throw bad(name + ": at most once");
      }
    }
  }

  private static String said(Set<String> filters) {
    StringBuilder said = new StringBuilder();
    filters.stream().sorted().forEach(it -> said.append(", ").append(it));
    return said.toString();
  }

  /** The most items that are wanted. */
  int limit() {
    Optional<String> text = query.first("limit").asOptional();
    if (text.isEmpty()) {
      return USUAL_LIMIT;
    }
    // Four digits fit an int and the greatest limit.
    int limit = text.get().matches("[0-9]{1,4}") ? Integer.parseInt(text.get()) : 0;
    if (limit < 1 || limit > MAX_LIMIT) {
      throw bad("limit: a number from 1 to " + MAX_LIMIT);
    }
    return limit;
  }

  /** The cursor of the page before; empty for the first page. */
  Optional<String> cursor() {
    return query.first("cursor").asOptional();
  }

  /** By what the list is sorted, as it was written; empty for the usual order. */
  Optional<String> sort() {
    return query.first("sort").asOptional();
  }

  /** The text of a filter; empty if the query does not have it. */
  Optional<String> filter(String name) {
    Optional<String> text = query.first(name).asOptional();
    if (text.filter(it -> it.length() > MAX_FILTER || it.isEmpty()).isPresent()) {
      throw bad(name + ": 1 to " + MAX_FILTER + " characters");
    }
    return text;
  }

  /** The filter that is one of some words; empty if the query does not have it. */
  Optional<String> word(String name, List<String> words) {
    Optional<String> text = filter(name);
    if (text.filter(it -> !words.contains(it)).isPresent()) {
      throw bad(name + ": one of " + String.join(", ", words));
    }
    return text;
  }

  /** The filters with their texts, in one spelling. */
  String filters() {
    TreeMap<String, String> written = new TreeMap<>();
    filters.forEach(name -> filter(name).ifPresent(text -> written.put(name, text)));
    return written.toString();
  }

  /**
   * Checks that a request has no query.
   *
   * @throws RelayException INVALID_REQUEST if it has one
   */
  static void none(ServerRequest request) {
    if (!request.query().names().isEmpty()) {
      throw bad("there are no parameters");
    }
  }

  /** The refusal of a parameter. */
  static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }
}
