package heliograph.gateway.profile;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Topic;
import heliograph.gateway.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a request fills in: the variables of its path, and the query parameters that its profile
 * takes. Each value is one segment of a topic. Any thread.
 *
 * @param values the values by their names in templates, such as {@code path.id}
 */
public record RequestValues(Map<String, Value> values) {
  /** What the names of path variables begin with. */
  static final String PATH = "path.";

  /** What the names of query parameters begin with. */
  static final String QUERY = "query.";

  /** The values of a request that has none. */
  static final RequestValues NONE = new RequestValues(Map.of());

  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_-]++");
  private static final Pattern WHOLE = Pattern.compile("-?(?:0|[1-9][0-9]*+)");

  /**
   * One value, or those that one parameter was split into.
   *
   * @param texts the texts, at least one
   * @param many whether it is an array in JSON, however many there are
   */
  public record Value(List<String> texts, boolean many) {
    /** Copies the texts. */
    public Value {
      texts = List.copyOf(texts);
    }

    static Value one(String text) {
      return new Value(List.of(text), false);
    }
  }

  /** Copies the values. */
  public RequestValues {
    values = Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /**
   * Checks what a template is to take: it may become a segment of a topic, and so may add none, and
   * name no others.
   *
   * @param name the variable, such as {@code path.id}
   * @throws RelayException INVALID_REQUEST naming the variable
   */
  static void checkSegment(String name, String value) {
    if (value.length() > Topic.MAX_LENGTH || !SEGMENT.matcher(value).matches()) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST,
          name + ": 1 to " + Topic.MAX_LENGTH + " characters of A-Z a-z 0-9 _ -");
    }
  }

  /**
   * Checks what a template takes as a number.
   *
   * @throws RelayException INVALID_REQUEST naming the variable, if a text of its value is none
   */
  RequestValues checkedNumber(String name) {
    if (!of(name).texts().stream().allMatch(text -> WHOLE.matcher(text).matches())) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, name + ": a whole number");
    }
    return this;
  }

  /** The value of a variable, which must be there. */
  Value of(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  /** Those of the values whose names are given. */
  RequestValues only(Set<String> names) {
    Map<String, Value> some = new TreeMap<>(values);
    some.keySet().retainAll(names);
    return some.isEmpty() ? NONE : new RequestValues(some);
  }

  /** The value as JSON: a text, a number, or an array of these. */
  byte[] json(Placeholder placeholder) {
    Value value = of(placeholder.name());
    boolean number = placeholder.form() == Placeholder.Form.NUMBER;
    if (!value.many()) {
      return json(value.texts().getFirst(), number);
    }
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    char before = '[';
    for (String text : value.texts()) {
      array.write(before);
      array.writeBytes(json(text, number));
      before = ',';
    }
    array.write(']');
    return array.toByteArray();
  }

  private static byte[] json(String text, boolean number) {
    return number ? text.getBytes(StandardCharsets.US_ASCII) : Json.quoted(text);
  }
}
