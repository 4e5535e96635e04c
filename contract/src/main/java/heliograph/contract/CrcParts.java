package heliograph.contract;

/**
 * Computes the CRC-32 (RFC 1952 section 8) of bytes from the checksums of their parts, without the
 * bytes.
 *
 * <p>A CRC is the remainder of a polynomial over the two numbers 0 and 1, with a bit for each
 * coefficient. To append n bytes is to multiply the polynomial before them by x^8n and to add that
 * of the n bytes; the inversions at the start and the end of a CRC-32 cancel each other out. As in
 * all of CRC-32, the coefficient of the highest power, x^31, is the lowest bit.
 */
final class CrcParts {
  // The value of x^32 modulo the polynomial of CRC-32.
  private static final int POLYNOMIAL = 0xEDB88320;
  private static final int ONE = 1 << 31;
  private static final int X_TO_THE_8 = ONE >>> 8;

  private CrcParts() {}

  /** The number by which a checksum is multiplied when so many bytes are appended. */
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
   * Computes the checksum of two parts, one after the other.
   *
   * @param factor the {@link #factor} of the second part's length
   */
  static int join(int first, int second, int factor) {
    return product(factor, first) ^ second;
  }

  /** Multiplies two polynomials, modulo that of CRC-32. */
  private static int product(int a, int b) {
    int sum = 0;
    // There is no branch on the bits, because no processor predicts bits that are as good as
    // random.
    for (int power = b, i = 31; i >= 0; i--) {
      sum ^= power & -((a >>> i) & 1);
      power = (power >>> 1) ^ (POLYNOMIAL & -(power & 1));
    }
    return sum;
  }
}
