package heliograph.gateway.http;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * The addresses with one prefix: a single address, or those of a network. Any thread.
 *
 * @param first the address of the network, which has nothing behind its prefix
 * @param bits the length of the prefix
 */
public record AddressRange(InetAddress first, int bits) {
  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if the first address has bits behind its prefix
   */
  public AddressRange {
    byte[] bytes = first.getAddress();
    if (!Arrays.equals(bytes, masked(bytes, bits))) {
      throw new IllegalArgumentException(
          first.getHostAddress() + "/" + bits + " has bits behind its prefix");
    }
  }

  /**
   * Reads a range such as {@code 10.0.0.0/8}, {@code 192.0.2.1} or {@code 2001:db8::/32}. Names are
   * refused, because others decide what a name stands for.
   *
   * @throws IllegalArgumentException if the text is no range, or has bits behind its prefix
   */
  public static AddressRange of(String text) {
    int slash = text.indexOf('/');
    InetAddress first = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    int most = first.getAddress().length * Byte.SIZE;
    return new AddressRange(first, slash < 0 ? most : bits(text.substring(slash + 1), most));
  }

  private static int bits(String text, int most) {
    if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > most) {
      throw new IllegalArgumentException("a prefix has 0 to " + most + " bits");
    }
    return Integer.parseInt(text);
  }

  boolean contains(InetAddress address) {
    byte[] own = first.getAddress();
    byte[] bytes = address.getAddress();
    return bytes.length == own.length && Arrays.equals(own, masked(bytes, bits));
  }

  /** The bytes of an address with all bits behind the prefix set to 0. */
  private static byte[] masked(byte[] bytes, int bits) {
    byte[] masked = bytes.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.clamp(bits - i * Byte.SIZE, 0, Byte.SIZE);
      masked[i] &= (byte) (0xFF << (Byte.SIZE - kept));
    }
    return masked;
  }

  @Override
  public String toString() {
    return first.getHostAddress() + "/" + bits;
  }
}
