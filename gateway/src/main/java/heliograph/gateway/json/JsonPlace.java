package heliograph.gateway.json;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in a JSON object, written as a JSON pointer (RFC 6901). Any thread.
 *
 * @param pointer begins with {@code /}; a tilde in it is {@code ~0}, a slash in a name {@code ~1}
 */
public record JsonPlace(String pointer, List<String> steps) {
  private static final Pattern SYNTAX = Pattern.compile("(?:/(?:[^~/]|~[01])*+)++");
  private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

  public JsonPlace {
    steps = List.copyOf(steps);
  }

  /**
   * The place that a JSON pointer (RFC 6901) names.
   *
   * @throws IllegalArgumentException if it is no pointer, or points at the whole
   */
  public JsonPlace(String pointer) {
    this(pointer, steps(pointer));
  }

  private static List<String> steps(String pointer) {
    if (!SYNTAX.matcher(pointer).matches()) {
      throw new IllegalArgumentException("must be a JSON pointer, such as /tenant");
    }
    return Arrays.stream(pointer.substring(1).split("/", -1))
        .map(step -> step.replace("~1", "/").replace("~0", "~"))
        .toList();
  }

  /** What stands there; also a null, if one does. */
  public Optional<JsonValue> read(JsonObject object) {
    JsonValue at = object;
    for (String step : steps) {
      JsonValue next = next(at, step);
      if (next == null) {
        return Optional.empty();
      }
      at = next;
    }
    return Optional.of(at);
  }

  /**
   * Whether something stands in the way: a value that has no members where the pointer goes on. It
   * is one thing that a claim is not there, and another that it cannot be looked for.
   */
  public boolean isBlocked(JsonObject object) {
    JsonValue at = object;
    for (String step : steps) {
      if (!(at instanceof JsonObject || at instanceof JsonArray)) {
        return true;
      }
      JsonValue next = next(at, step);
      if (next == null) {
        return false;
      }
      at = next;
    }
    return false;
  }

  private static @Nullable JsonValue next(JsonValue at, String step) {
    return switch (at) {
      case JsonObject object -> object.get(step);
      case JsonArray array when INDEX.matcher(step).matches() -> {
        int index = Integer.parseInt(step);
        yield index < array.size() ? array.get(index) : null;
      }
      default -> null;
    };
  }

  @Override
  public String toString() {
    return pointer;
  }
}
