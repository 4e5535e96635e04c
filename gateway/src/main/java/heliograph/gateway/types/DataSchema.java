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
import heliograph.gateway.json.Trees;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * What the data of a type has to be: a JSON Schema of draft 2020-12. Compiled once; any thread.
 *
 * <p>It loads nothing: a reference to another document stops the start. Patterns are those of RE2,
 * whose time grows with the text alone, so no data can make one take for ever. {@code format} is a
 * note and checks nothing, as the draft has it unless asked otherwise.
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
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static DataSchema of(String text) {
    JsonNode node;
    try {
      node = Trees.read(text.getBytes(StandardCharsets.UTF_8));
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

  /** Against the schema of schemas: a misspelt type, for instance, would check nothing. */
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

  /** Patterns in time that grows with the text alone. */
  private static final class Linear implements RegularExpressionFactory {
    @Override
    public RegularExpression getRegularExpression(String regex) {
      Pattern pattern = Pattern.compile(regex);
      return text -> pattern.matcher(text).find();
    }
  }

  /**
   * Checks that data is what the schema describes.
   *
   * @throws RelayException INVALID_EVENT with the place at fault; its detail names the rules that
   *     are broken, and no value
   */
  public void check(Payload data) {
    JsonNode node =
        switch (data.form()) {
          case JSON -> Trees.read(data.bytes());
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
