package heliograph.contract;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A frame that is compressed by itself, in whole blocks of DEFLATE (RFC 1951) that refer to nothing
 * before them. So it fits behind any other frame in any {@link GzipStream}, and is made once for
 * all of them, as a chunk. Any thread.
 */
final class DeflatedFrame {
  // GitHub's webhooks, some 10 KB of JSON each, shrink to 0.16 of their size in 70 microseconds;
  // with level 1 they shrink to 0.18 in 40. The time is taken once, and the bytes are sent to each
  // stream.
  private static final int LEVEL = 6;

  // Shorter frames are not compressed: they hardly shrink, and most of the relay's own frames are
  // made for a single stream.
  private static final int SHORT = 160;

  // An empty stored block, as a full flush writes it. Stored blocks are followed by it as well: a
  // decoder need not give out what it has before it meets one, and Go's decoder does not.
  private static final byte[] FLUSH = {0, 0, 0, (byte) 0xFF, (byte) 0xFF};
  private static final int STORED_HEAD = 5;
  private static final int STORED_MAX = 0xFFFF;

  private final byte[] chunk;
  private final int plainLength;
  private final int crc;
  private final int factor;

  private DeflatedFrame(byte[] plain, byte[] bytes) {
    CRC32 checksum = new CRC32();
    checksum.update(plain);
    this.chunk = Chunk.around(bytes);
    this.plainLength = plain.length;
    this.crc = (int) checksum.getValue();
    this.factor = CrcParts.factor(plain.length);
  }

  static DeflatedFrame of(byte[] plain) {
    return new DeflatedFrame(plain, plain.length < SHORT ? stored(plain) : smaller(plain));
  }

  private static byte[] smaller(byte[] plain) {
    byte[] out = new byte[storedLength(plain)];
    int length = deflate(plain, out);
    return length < out.length ? Arrays.copyOf(out, length) : stored(plain);
  }

  /** Returns how many bytes came out; that is the length of {@code out} if it was too short. */
  private static int deflate(byte[] plain, byte[] out) {
    // Keeping deflaters for the next frame would save only a twentieth of the time.
    Deflater deflater = new Deflater(LEVEL, true);
    try {
      deflater.setInput(plain);
      return deflater.deflate(out, 0, out.length, Deflater.FULL_FLUSH);
    } finally {
      deflater.end();
    }
  }

  private static int storedLength(byte[] plain) {
    int blocks = Math.ceilDiv(plain.length, STORED_MAX);
    return plain.length + blocks * STORED_HEAD + FLUSH.length;
  }

  private static byte[] stored(byte[] plain) {
    byte[] out = new byte[storedLength(plain)];
    int at = 0;
    for (int from = 0; from < plain.length; from += STORED_MAX) {
      int length = Math.min(plain.length - from, STORED_MAX);
      // The first byte stays 0, which says that the block is stored and not the last one.
      out[at + 1] = (byte) length;
      out[at + 2] = (byte) (length >>> 8);
      out[at + 3] = (byte) ~length;
      out[at + 4] = (byte) (~length >>> 8);
      System.arraycopy(plain, from, out, at + STORED_HEAD, length);
      at += STORED_HEAD + length;
    }
    System.arraycopy(FLUSH, 0, out, at, FLUSH.length);
    return out;
  }

  /** The chunk with the compressed frame. The array is shared: never write to it. */
  byte[] chunk() {
    return chunk;
  }

  /** The length of the frame before it was compressed, in bytes. */
  int plainLength() {
    return plainLength;
  }

  /** Computes the checksum of a stream up to this frame from that of everything before it. */
  int append(int crcBefore) {
    return CrcParts.join(crcBefore, crc, factor);
  }
}
