package heliograph.gateway;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import java.util.function.Consumer;

/**
 * What Helidon writes answers with: piece by piece, so that a slow line is not taken for a hung
 * one, and counted while it lasts. The connection's own thread.
 */
final class AnswerPieces implements DataWriter {
  /** How much of an answer is written at once, in bytes. */
  static final int PIECE = 64 * 1024;

  private final Room room;
  private final Runnable crowdedOut;
  private final Consumer<BufferData> write;

  /**
   * @param room of what is being written, of all connections
   * @param crowdedOut as {@link Held} has it
   * @param write writes a piece and waits until the kernel has it
   */
  AnswerPieces(Room room, Runnable crowdedOut, Consumer<BufferData> write) {
    this.room = room;
    this.crowdedOut = crowdedOut;
    this.write = write;
  }

  @Override
  public void write(BufferData... buffers) {
    write(BufferData.create(buffers));
  }

  @Override
  public void writeNow(BufferData... buffers) {
    write(BufferData.create(buffers));
  }

  @Override
  public void writeNow(BufferData buffer) {
    write(buffer);
  }

  @Override
  public void write(BufferData buffer) {
    if (buffer.available() <= Held.UNCOUNTED) {
      write.accept(buffer);
      return;
    }
    Held held = new Held(room, crowdedOut);
    try {
      held.add(buffer.available());
      while (buffer.available() > PIECE) {
        byte[] piece = new byte[PIECE];
        buffer.read(piece);
        write.accept(BufferData.create(piece));
      }
      write.accept(buffer);
    } finally {
      held.release();
    }
  }
}
