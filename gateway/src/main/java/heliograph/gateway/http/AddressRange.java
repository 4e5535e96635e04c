package heliograph.gateway.http;

import java.net.InetAddress;
import java.util.Arrays;

/** The addresses with one prefix: a single address, or those of a network. Any thread. */
public final class AddressRange {
  private final byte[] first;
  private final int bits;

  private AddressRange(byte[] first, int bits) {
    this.first = first;
    this.bits = bits;
  }

  /**
   * Reads a range such as {@code 10.0.0.0/8}, {@code 192.0.2.1} or {@code 2001:db8::/32}. Names are
   * refused, because others decide what a name stands for.
   *
   * @throws IllegalArgumentException if the text is no range, or has bits behind its prefix
   */
  public static AddressRange of(String text) {
    int slash = text.indexOf('/');
    byte[] first = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)).getAddress();
    int most = first.length * Byte.SIZE;
    int bits = slash < 0 ? most : bits(text.substring(slash + 1), most);
    AddressRange range = new AddressRange(first, bits);
    if (!Arrays.equals(first, range.masked(first))) {
      throw new IllegalArgumentException(text + " has bits behind its prefix");
    }
    return range;
  }

  private static int bits(String text, int most) {
    if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > most) {
      throw new IllegalArgumentException("a prefix has 0 to " + most + " bits");
    }
    return Integer.parseInt(text);
  }

  boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == first.length && Arrays.equals(first, masked(bytes));
  }

  /** An address with all bits behind the prefix set to 0. */
  private byte[] masked(byte[] bytes) {
    byte[] masked = bytes.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.clamp(bits - i * Byte.SIZE, 0, Byte.SIZE);
      masked[i] &= (byte) (0xFF << (Byte.SIZE - kept));
    }
    return masked;
  }
}
