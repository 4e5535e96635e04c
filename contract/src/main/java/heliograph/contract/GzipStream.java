package heliograph.contract;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The body of one answer in gzip (RFC 1952): a header, compressed frames that many streams share,
 * and a trailer with the checksum of all frames. Each of these parts is a chunk, and a client
 * decodes a frame as soon as it has its bytes. One thread at a time.
 */
public final class GzipStream {
  private static final int TRAILER = 10;

  // It says: DEFLATE, no flags, no time, an unstated level, an unknown system.
  private static final byte[] HEADER =
      Chunk.around(new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, (byte) 0xFF});

  private int crc;
  // Counted modulo 2^32, as the trailer has it.
  private int plainLength;

  /** The chunk that begins a body. The array is shared: never write to it. */
  public static byte[] header() {
    return HEADER;
  }

  /**
   * Adds a frame to the checksum.
   *
   * @return the chunk with the compressed frame; the array is shared, so never write to it
   */
  public byte[] add(Frame frame) {
    DeflatedFrame deflated = frame.deflated();
    crc = deflated.append(crc);
    plainLength += deflated.plainLength();
    return deflated.chunk();
  }

  /** The chunk that ends a body. A client takes an answer without it for one that was cut off. */
  public byte[] trailer() {
    return Chunk.around(
        ByteBuffer.allocate(TRAILER)
            .order(ByteOrder.LITTLE_ENDIAN)
            // The last block, which is empty.
            .put((byte) 3)
            .put((byte) 0)
            .putInt(crc)
            .putInt(plainLength)
            .array());
  }
}
