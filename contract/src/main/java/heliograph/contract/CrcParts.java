package heliograph.contract;

/**
 * The CRC-32 (RFC 1952 section 8) of bytes put together from the checksums of their parts, without
 * the bytes.
 *
 * <p>A CRC is the remainder of a polynomial over the two numbers 0 and 1, with a bit for each
 * coefficient. To append n bytes is to multiply what went before by x^8n and to add what follows;
 * the inversions at the start and the end of a CRC-32 cancel each other out. As in all of CRC-32,
 * the coefficient of the highest power, x^31, is the lowest bit.
 */
final class CrcParts {
  // What x^32 is, modulo the polynomial of CRC-32.
  private static final int POLYNOMIAL = 0xEDB88320;
  private static final int ONE = 1 << 31;
  private static final int X_TO_THE_8 = ONE >>> 8;

  private CrcParts() {}

  /** What the checksum of something is multiplied by when so many bytes are appended to it. */
  static int factor(int bytes) {
    int factor = ONE;
    int power = X_TO_THE_8;
    for (int left = bytes; left != 0; left >>>= 1) {
      if ((left & 1) != 0) {
        factor = product(factor, power);
      }
      power = product(power, power);
    }
    return factor;
  }

  /**
   * The checksum of two parts, one after the other.
   *
   * @param factor that of the second's length
   */
  static int join(int first, int second, int factor) {
    return product(factor, first) ^ second;
  }

  /** Of two polynomials, modulo that of CRC-32. */
  private static int product(int a, int b) {
    int sum = 0;
    // Without a branch on the bits: they are as good as random, and no processor guesses them.
    for (int power = b, i = 31; i >= 0; i--) {
      sum ^= power & -((a >>> i) & 1);
      power = (power >>> 1) ^ (POLYNOMIAL & -(power & 1));
    }
    return sum;
  }
}
