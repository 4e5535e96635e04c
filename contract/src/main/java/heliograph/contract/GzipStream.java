package heliograph.contract;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The body of one answer in gzip (RFC 1952): a header, compressed frames that many share, and a
 * trailer with the checksum of them all, each of them a chunk. A client decodes each frame as soon
 * as it has its bytes. One thread at a time.
 */
public final class GzipStream {
  private static final int TRAILER = 10;

  // DEFLATE, no flags, no time, no word on the level, an unknown system.
  private static final byte[] HEADER =
      Chunk.around(new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, (byte) 0xFF});

  private int crc;
  // Modulo 2^32, as the trailer has it.
  private int plainLength;

  /** What comes first; shared, never to be written to. */
  public static byte[] header() {
    return HEADER;
  }

  /**
   * Counts a frame in.
   *
   * @return the bytes that stand for it, shared: never write to them
   */
  public byte[] add(Frame frame) {
    DeflatedFrame deflated = frame.deflated();
    crc = deflated.append(crc);
    plainLength += deflated.plainLength();
    return deflated.chunk();
  }

  /** What comes last. Without it a client takes the answer for one that was cut off. */
  public byte[] trailer() {
    return Chunk.around(
        ByteBuffer.allocate(TRAILER)
            .order(ByteOrder.LITTLE_ENDIAN)
            // An empty block, the last one.
            .put((byte) 3)
            .put((byte) 0)
            .putInt(crc)
            .putInt(plainLength)
            .array());
  }
}
