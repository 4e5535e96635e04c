package heliograph.gateway.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TypePattern;
import heliograph.gateway.settings.Secrets;
import heliograph.gateway.types.Mask;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.types.TypesConfig;
import heliograph.gateway.types.TypesConfig.TypeConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What subscribers are shown fits the schema that they are told, whatever masks leave of it. */
class MaskedSchemaTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String TYPE = "thing.changed";
  private static final List<String> NAMES = List.of("a", "b", "x/y", "0", "type", "properties");

  @Property
  void whatIsShownFitsWhatIsTold(
      @ForAll("values") JsonNode sent, @ForAll("masks") List<Mask> masks, @ForAll boolean apart) {
    ObjectNode definitions = JSON.objectNode();
    ObjectNode schema = JSON.objectNode();
    schema.setAll((ObjectNode) only(sent, definitions, apart));
    schema.set("$defs", definitions);
    TypeConfig type =
        new TypeConfig(
            new TypePattern(TYPE), Optional.of(schema.toString()), Set.of(), false, masks);
    TypesConfig config = new TypesConfig(List.of(type), Secrets.NONE);

    // The schema takes this value and next to no other.
    assertEquals(List.of(), told(new TypesConfig(List.of(without(type)), Secrets.NONE), sent));
    assertEquals(List.of(), told(config, shown(config, sent)), () -> sent + " by " + schema);
  }

  private static TypeConfig without(TypeConfig type) {
    return new TypeConfig(type.type(), type.schema(), Set.of(), false, List.of());
  }

  /** What is wrong with data by the schema that the document has. */
  private static List<String> told(TypesConfig config, JsonNode data) {
    ObjectNode document = JSON.objectNode().put("$ref", "#/components/schemas/" + TYPE);
    document.putObject("components").set("schemas", new DescribedTypes(config).schemas());
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(document);
    return schema.validate(data).stream().map(Object::toString).toList();
  }

  /** What is shown to somebody without any role. */
  private static JsonNode shown(TypesConfig config, JsonNode sent) {
    TypeRules rules = TypeRules.of(config);
    byte[] bytes = sent.toString().getBytes(StandardCharsets.UTF_8);
    Event event =
        new Event(
            "1",
            "/shop",
            TYPE,
            new Tenant("acme"),
            new Topic("things"),
            new Audience.Everyone(),
            new Attributes(Map.of()),
            Payload.json(bytes, 0, bytes.length));
    Payload shown = rules.apply(event, rules.hiding(TYPE, Set.of())).orElseThrow();
    return JsonMapper.shared().readTree(shown.bytes());
  }

  /** A schema of 2020-12 for one value, in all the ways that it has to bind one. */
  private static JsonNode only(JsonNode value, ObjectNode definitions, boolean apart) {
    ObjectNode schema = JSON.objectNode();
    if (value.isObject()) {
      schema.put("type", "object").put("additionalProperties", false);
      schema.put("minProperties", value.size());
      ObjectNode properties = schema.putObject("properties");
      ArrayNode required = schema.putArray("required");
      value
          .properties()
          .forEach(
              it -> {
                properties.set(it.getKey(), only(it.getValue(), definitions, apart));
                required.add(it.getKey());
              });
    } else if (value.isArray()) {
      schema.put("type", "array").put("minItems", value.size()).put("items", false);
      if (!value.isEmpty()) {
        ArrayNode items = schema.putArray("prefixItems");
        value.forEach(it -> items.add(only(it, definitions, apart)));
      }
    } else {
      schema.putArray("enum").add(value);
    }
    if (!apart) {
      ObjectNode either = JSON.objectNode();
      either.putArray("oneOf").add(schema).addObject().put("const", "never");
      return either;
    }
    String name = "d/" + definitions.size();
    definitions.set(name, schema);
    return JSON.objectNode()
        .put("$ref", "#/$defs/d~1" + (definitions.size() - 1))
        .put("title", "T");
  }

  @Provide
  Arbitrary<JsonNode> values() {
    Arbitrary<JsonNode> scalars =
        Arbitraries.of(
            JSON.nullNode(), JSON.numberNode(7), JSON.booleanNode(true), JSON.stringNode("s"));
    Arbitrary<JsonNode> deeper = scalars;
    for (int depth = 0; depth < 3; depth++) {
      Arbitrary<JsonNode> below = deeper;
      deeper =
          Arbitraries.frequencyOf(
              Tuple.of(1, scalars),
              Tuple.of(2, below.list().ofMaxSize(3).map(MaskedSchemaTest::array)),
              Tuple.of(
                  4,
                  Arbitraries.maps(Arbitraries.of(NAMES), below)
                      .ofMaxSize(4)
                      .map(MaskedSchemaTest::object)));
    }
    return deeper;
  }

  private static JsonNode array(List<JsonNode> items) {
    ArrayNode array = JSON.arrayNode();
    items.forEach(array::add);
    return array;
  }

  private static JsonNode object(Map<String, JsonNode> members) {
    ObjectNode object = JSON.objectNode();
    members.forEach(object::set);
    return object;
  }

  @Provide
  Arbitrary<List<Mask>> masks() {
    Arbitrary<String> field =
        Arbitraries.of("/a", "/b", "/x~1y", "/0", "/*", "/type", "/properties")
            .list()
            .ofMinSize(1)
            .ofMaxSize(3)
            .map(steps -> String.join("", steps));
    return Arbitraries.of(Mask.With.values())
        .flatMap(with -> field.map(it -> new Mask(List.of(it), Set.of("staff"), with)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }
}
