package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

/** What a caller is told when it is refused: the code and the member at fault. */
record Refusal(ErrorCode code, String pointer) {
  /** The act must be refused as an event whose {@code member} breaks its rule. */
  static void assertInvalid(String member, Executable act) {
    assertEquals(new Refusal(ErrorCode.INVALID_EVENT, "/" + member), of(act));
  }

  /** The act must be refused as a whole, with the code. */
  static void assertRefused(ErrorCode code, Executable act) {
    assertEquals(new Refusal(code, ""), of(act));
  }

  private static Refusal of(Executable act) {
    RelayException refusal = assertThrows(RelayException.class, act);
    return new Refusal(refusal.code(), refusal.pointer());
  }
}
