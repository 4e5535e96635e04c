package heliograph.contract;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A frame, compressed by itself: whole blocks of DEFLATE (RFC 1951) that refer to nothing before
 * them. So it fits behind any other in any {@link GzipStream}, and is made once for all of them, as
 * a chunk. Any thread.
 */
final class DeflatedFrame {
  // GitHub's webhooks, some 10 KB of JSON each, become 0.16 of their size in about 70 microseconds.
  // With 1 it were 0.18 in 40; but the time is taken once, and the bytes are sent to each stream.
  private static final int LEVEL = 6;

  // Shorter frames are not compressed: they hardly become smaller, and those of the relay's own are
  // made for one stream only.
  private static final int SHORT = 160;

  // An empty stored block, as a full flush writes it. It ends also what was stored: a decoder need
  // not give out what it has before it meets one, and that of Go does not.
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

  /** Returns the length of what came out; all of {@code out} if that had no room. */
  private static int deflate(byte[] plain, byte[] out) {
    // To keep deflaters for the next frame would save a twentieth of their time.
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
      // The first byte stays 0: stored, and not the last block.
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

  /** The shared bytes, not a copy: never write to them. */
  byte[] chunk() {
    return chunk;
  }

  /** Of the frame as it was, in bytes. */
  int plainLength() {
    return plainLength;
  }

  /** The checksum of a stream, given that of all before this frame. */
  int append(int crcBefore) {
    return CrcParts.join(crcBefore, crc, factor);
  }
}
