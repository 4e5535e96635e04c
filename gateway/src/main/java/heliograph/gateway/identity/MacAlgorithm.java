package heliograph.gateway.identity;

/** An algorithm of signatures with a shared secret (RFC 7518, section 3.2). */
enum MacAlgorithm {
  HS256("HmacSHA256", 32),
  HS384("HmacSHA384", 48),
  HS512("HmacSHA512", 64);

  private final String name;
  private final int bytes;

  /**
   * Makes an algorithm.
   *
   * @param name the JDK's name of it
   * @param bytes the length of its hash
   */
  MacAlgorithm(String name, int bytes) {
    this.name = name;
    this.bytes = bytes;
  }

  String jdkName() {
    return name;
  }

  /** The bytes that its hash has, and a secret at least. */
  int bytes() {
    return bytes;
  }
}
