package heliograph.gateway.types;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.path.PathType;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.gateway.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * The JSON Schema (draft 2020-12) that the data of a type has to fit. It is compiled once. Any
 * thread.
 *
 * <p>It loads nothing: a reference to another document stops the start. Patterns are those of RE2,
 * whose time is linear in the text, so no data can make one take for ever. {@code format} is an
 * annotation and checks nothing, which is the draft's default.
 */
public final class DataSchema {
  /** The most errors that a refusal names. */
  static final int MAX_ERRORS = 3;

  private static final String PLACE = "urn:heliograph:schema";

  // The schema that every schema has to meet; dear to make, and the same for all.
  private static final Schema OF_SCHEMAS =
      registry().getSchema(SchemaLocation.of(Dialects.getDraft202012().getId()));

  private final Schema schema;
  private final boolean comparesItems;

  private DataSchema(Schema schema, boolean comparesItems) {
    this.schema = schema;
    this.comparesItems = comparesItems;
  }

  /**
   * Compiles a schema.
   *
   * @throws IllegalArgumentException if the text is no such schema; the message says what is wrong
   */
  static DataSchema of(String text) {
    JsonNode node;
    try {
      node = JsonTree.read(text.getBytes(StandardCharsets.UTF_8));
    } catch (RelayException notJson) {
      throw new IllegalArgumentException("must be a JSON Schema: " + notJson.detail());
    }
    checkItself(node);
    try {
      Schema schema = registry().getSchema(SchemaLocation.of(PLACE), node);
      schema.initializeValidators();
      return new DataSchema(schema, node.findValue("uniqueItems") != null);
    } catch (SchemaException | PatternSyntaxException bad) {
      throw new IllegalArgumentException("must be a JSON Schema of 2020-12: " + bad.getMessage());
    }
  }

  /**
   * Checks the schema itself against the meta-schema: a misspelt type, for instance, would check
   * nothing.
   */
  private static void checkItself(JsonNode node) {
    if (!node.isObject()) {
      throw new IllegalArgumentException("must be a JSON Schema, an object");
    }
    List<Error> errors = OF_SCHEMAS.validate(node);
    if (!errors.isEmpty()) {
      throw new IllegalArgumentException(
          "must be a JSON Schema of 2020-12; it breaks it at "
              + errors.getFirst().getInstanceLocation());
    }
  }

  private static SchemaRegistry registry() {
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12,
        builder ->
            builder.schemaRegistryConfig(
                SchemaRegistryConfig.builder()
                    .pathType(PathType.JSON_POINTER)
                    .preloadSchema(true)
                    .regularExpressionFactory(new Linear())
                    .build()));
  }

  /** Compiles patterns whose time is linear in the text. */
  private static final class Linear implements RegularExpressionFactory {
    @Override
    public RegularExpression getRegularExpression(String regex) {
      Pattern pattern = Pattern.compile(regex);
      return text -> pattern.matcher(text).find();
    }
  }

  /**
   * Checks that data fits the schema.
   *
   * @throws RelayException INVALID_EVENT with the place at fault; its detail names the rules that
   *     are broken, and no value
   */
  public void check(Payload data) {
    JsonNode node =
        switch (data.form()) {
          case JSON -> JsonTree.read(data.bytes());
          case ABSENT -> throw RelayException.invalid("data", "data: is required by its type");
          case TEXT, BINARY -> throw RelayException.invalid("data", "data: its type requires JSON");
        };
    if (comparesItems) {
      AlikeItems.check(node);
    }
    List<Error> errors = schema.validate(node);
    if (!errors.isEmpty()) {
      throw RelayException.invalidAt(
          "/data" + errors.getFirst().getInstanceLocation(),
          errors.stream()
              .limit(MAX_ERRORS)
              .map(error -> "/data" + error.getInstanceLocation() + ": " + error.getKeyword())
              .distinct()
              .collect(Collectors.joining(", ", "breaks its type's schema at ", "")));
    }
  }
}
