package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Publishers choose types, and so can make up as many as they like. */
class TypeNamesTest {
  private final TypeNames types = new TypeNames();

  @Test
  void theFirstAreToldByNameAndTheOthersAsOne() {
    for (int i = 0; i < TypeNames.MAX_NAMES; i++) {
      assertEquals("type." + i, types.of("type." + i));
    }

    assertEquals("system.other", types.of("one.more"));
    assertEquals("type.0", types.of("type.0"));
    assertEquals("system.other", types.of("one.more"));
  }
}
