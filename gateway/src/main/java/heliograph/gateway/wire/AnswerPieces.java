package heliograph.gateway.wire;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Writes the answers of Helidon piece by piece, so that a slow line is not taken for a hung one,
 * and counts the bytes of each until it is written. The answer to HEAD is that to GET without the
 * body (RFC 9110 section 9.3.2). Helidon leaves that to each handler, and a client would take a
 * body for the next answer; so the body is left out here, whoever answers. The connection's own
 * thread.
 */
public final class AnswerPieces implements DataWriter {
  /** The most bytes of an answer that are written at once. */
  static final int PIECE = 64 * 1024;

  private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

  private final Room room;
  private final Runnable crowdedOut;
  private final Consumer<BufferData> write;
  private boolean headOnly;
  private boolean headWritten;
  private boolean counted;

  /**
   * @param room the room that the answers of all connections share
   * @param crowdedOut called on any thread when another connection needs the room; must not wait
   * @param write writes a piece and waits until the kernel has it
   */
  AnswerPieces(Room room, Runnable crowdedOut, Consumer<BufferData> write) {
    this.room = room;
    this.crowdedOut = crowdedOut;
    this.write = write;
  }

  /**
   * Begins the answer to a request: all that is written from now on belongs to it.
   *
   * @param headOnly whether only the head of the answer is written
   */
  void begin(boolean headOnly) {
    this.headOnly = headOnly;
    this.headWritten = false;
    this.counted = false;
  }

  /** Counts no more of this answer: whoever made it has a place in the room for all of it. */
  void counted() {
    counted = true;
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
    if (!headOnly) {
      writeAll(buffer);
    } else if (!headWritten) {
      headWritten = true;
      writeAll(head(buffer));
    }
  }

  /** Cuts an answer after its head; Helidon passes the whole head in one buffer. */
  private static BufferData head(BufferData answer) {
    byte[] bytes = answer.readBytes();
    int end = 0;
    while (end < bytes.length && !endsHead(bytes, end)) {
      end++;
    }
    return BufferData.create(bytes, 0, end);
  }

  private static boolean endsHead(byte[] bytes, int end) {
    return end >= HEAD_END.length
        && Arrays.equals(bytes, end - HEAD_END.length, end, HEAD_END, 0, HEAD_END.length);
  }

  private void writeAll(BufferData buffer) {
    if (counted || buffer.available() <= Held.UNCOUNTED) {
      writePieces(buffer);
      return;
    }
    Held held = new Held(room, Room.STRANGERS, crowdedOut);
    try {
      held.add(buffer.available());
      writePieces(buffer);
    } finally {
      held.release();
    }
  }

  private void writePieces(BufferData buffer) {
    while (buffer.available() > PIECE) {
      byte[] piece = new byte[PIECE];
      buffer.read(piece);
      write.accept(BufferData.create(piece));
    }
    write.accept(buffer);
  }
}
