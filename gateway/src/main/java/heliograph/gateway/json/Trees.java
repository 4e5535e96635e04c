package heliograph.gateway.json;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON as a tree, for those who compute with it. Any thread. */
public final class Trees {
  // A number is computed with here, unlike where it is carried, and a long one takes its time.
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(Json.MAX_DEPTH)
                          .maxNameLength(Json.MAX_NAME)
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNumberLength(Json.MAX_NUMBER)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Trees() {}

  /**
   * Reads a tree.
   *
   * @throws RelayException INVALID_EVENT if a number is too long to compute with, or it is not JSON
   */
  public static JsonNode read(byte[] text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException _) {
      throw new RelayException(
          ErrorCode.INVALID_EVENT, "not JSON, or a number over " + Json.MAX_NUMBER + " characters");
    }
  }
}
