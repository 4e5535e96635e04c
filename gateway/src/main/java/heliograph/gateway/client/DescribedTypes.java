package heliograph.gateway.client;

import heliograph.contract.TypePattern;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.JsonTree;
import heliograph.gateway.types.Mask;
import heliograph.gateway.types.TypesConfig;
import heliograph.gateway.types.TypesConfig.TypeConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configured types as they are told to those who write clients, in the order in which they
 * hold. Immutable once made; any thread.
 */
final class DescribedTypes {
  // The keys of AsyncAPI are of these (Components Object). The relay's own words begin with
  // system., and are messages as well.
  private static final Pattern KEY =
      Pattern.compile("(?!system\\.|other)[A-Za-z][A-Za-z0-9_.-]{0,99}");

  private static final String SCHEMAS = "#/components/schemas/";

  private final List<Described> all = new ArrayList<>();
  private final ObjectNode schemas = JsonNodeFactory.instance.objectNode();

  /**
   * One entry.
   *
   * @param key its key in the document
   * @param data a schema of what subscribers are shown of the data
   * @param about what else is told of its events
   */
  record Described(String key, TypePattern type, JsonNode data, String about) {}

  /** Describes what the operator wrote. An entry that another takes all types from is left out. */
  DescribedTypes(TypesConfig config) {
    Set<String> taken = new HashSet<>();
    for (TypeConfig type : config.types()) {
      if (all.stream().noneMatch(it -> it.type().covers(type.type()))) {
        String key = key(type.type().value(), taken);
        all.add(new Described(key, type.type(), data(key, type), about(type)));
      }
    }
  }

  private static String key(String type, Set<String> taken) {
    String key = type;
    for (int i = 1; !KEY.matcher(key).matches() || !Json.isPlainName(key) || !taken.add(key); i++) {
      key = "type-" + i;
    }
    return key;
  }

  private JsonNode data(String key, TypeConfig type) {
    Optional<String> schema = type.schema();
    if (schema.isEmpty()) {
      return JsonNodeFactory.instance.objectNode();
    }
    JsonNode read = JsonTree.read(schema.get().getBytes(StandardCharsets.UTF_8));
    String place = SCHEMAS + key;
    ObjectNode told = Draft07.of(read, place);
    MaskedSchema.widen(told, place, type.masks());
    Draft07.prune(told, place);
    schemas.set(key, told);
    return JsonNodeFactory.instance.objectNode().put("$ref", place);
  }

  private static String about(TypeConfig type) {
    List<String> sentences = new ArrayList<>();
    if (type.ephemeral()) {
      sentences.add("For those who are connected when it is published; never replayed.");
    }
    for (Mask mask : type.masks()) {
      String fields =
          mask.fields().stream().map(field -> "`" + field + "`").collect(Collectors.joining(", "));
      sentences.add("Some subscribers get no " + fields + instead(mask.with()) + ".");
    }
    return String.join(" ", sentences);
  }

  private static String instead(Mask.With with) {
    return switch (with) {
      case REMOVE -> "";
      case NULL -> ", but null";
      case REDACT -> ", but \"***\"";
      case HASH -> ", but a hash";
    };
  }

  /** The entries, of which the first that matches a type holds. */
  List<Described> all() {
    return List.copyOf(all);
  }

  /** Whether there is no type that is not described. */
  boolean areAll() {
    return all.stream().anyMatch(it -> it.type().value().equals("*"));
  }

  /** The schemas by their keys, to be put into the document. */
  ObjectNode schemas() {
    return schemas;
  }
}
