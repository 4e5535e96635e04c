package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever frames follow one another, a client reads exactly them, and each without delay. */
class GzipStreamTest {
  private static final byte[] FLUSH = {0, 0, (byte) 0xFF, (byte) 0xFF};

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void theWholeIsOneGzipOfAllFrames(@ForAll @Size(max = 20) List<@From("frames") Frame> frames)
      throws IOException {
    GzipStream stream = new GzipStream();
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    wire.writeBytes(Chunk.content(GzipStream.header()));
    for (Frame frame : frames) {
      wire.writeBytes(Chunk.content(stream.add(frame)));
      plain.writeBytes(frame.bytes());
    }
    wire.writeBytes(Chunk.content(stream.trailer()));

    assertArrayEquals(plain.toByteArray(), gunzip(wire.toByteArray()));
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void eachFrameIsReadAsSoonAsItsBytesAreThere(
      @ForAll @Size(max = 20) List<@From("frames") Frame> frames) throws DataFormatException {
    GzipStream stream = new GzipStream();
    Inflater inflater = new Inflater(true);
    try {
      for (Frame frame : frames) {
        byte[] plain = frame.bytes();
        inflater.setInput(Chunk.content(stream.add(frame)));
        byte[] out = new byte[plain.length + 1];

        assertEquals(plain.length, inflater.inflate(out));
        assertArrayEquals(plain, Arrays.copyOf(out, plain.length));
        assertEquals(0, inflater.getRemaining());
      }
    } finally {
      inflater.end();
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void eachFrameEndsAsAFullFlushDoes(@ForAll("frames") Frame frame) {
    byte[] wire = Chunk.content(new GzipStream().add(frame));

    // A decoder need not give out what it has before; Go's compress/flate does not.
    assertArrayEquals(FLUSH, Arrays.copyOfRange(wire, wire.length - FLUSH.length, wire.length));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 159, 160, 161, 65_535, 65_536, 131_070, 131_071, 1_000_000})
  void whatDoesNotCompressGrowsByAFewBytes(int length) throws DataFormatException {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);

    byte[] wire = Chunk.content(DeflatedFrame.of(noise).chunk());

    assertEquals(length + 5 * Math.ceilDiv(length, 65_535) + 5, wire.length);
    assertArrayEquals(noise, inflate(wire, length));
  }

  @ParameterizedTest
  @ValueSource(ints = {160, 300, 10_000, 1_000_000})
  void whatRepeatsItselfBecomesSmall(int length) throws DataFormatException {
    byte[] json = Arrays.copyOf(Bytes.utf8("{\"order\":42},".repeat(length / 10)), length);

    byte[] wire = Chunk.content(DeflatedFrame.of(json).chunk());

    assertTrue(wire.length <= 0.35 * length, wire.length + " of " + length);
    assertArrayEquals(json, inflate(wire, length));
  }

  @Test
  void aFrameIsCompressedOnceForAllStreams() throws InterruptedException {
    // Large, so that all of them come while it is being compressed.
    byte[] noise = new byte[1_000_000];
    new Random(42).nextBytes(noise);
    Frame frame =
        StandardDialect.PLAIN.event(
            new Cursor("k3f9", 1), AnEvent.ordinary().payload(Payload.binary(noise)).event());
    Set<byte[]> made =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> streams =
        IntStream.range(0, 50)
            .mapToObj(
                _ ->
                    Thread.ofVirtual()
                        .start(
                            () -> {
                              try {
                                start.await();
                                made.add(new GzipStream().add(frame));
                              } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                              }
                            }))
            .toList();

    start.countDown();
    for (Thread stream : streams) {
      stream.join();
    }

    assertEquals(1, made.size());
  }

  @Test
  void aStreamThatIsCutIsToldFromOneThatEnded() {
    GzipStream stream = new GzipStream();
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    wire.writeBytes(Chunk.content(GzipStream.header()));
    wire.writeBytes(Chunk.content(stream.add(StandardDialect.PLAIN.keepalive())));

    assertNotNull(assertThrows(EOFException.class, () -> gunzip(wire.toByteArray())));
  }

  private static byte[] gunzip(byte[] wire) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(wire))) {
      return in.readAllBytes();
    }
  }

  private static byte[] inflate(byte[] wire, int length) throws DataFormatException {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(wire);
      byte[] out = new byte[length + 1];
      return Arrays.copyOf(out, inflater.inflate(out));
    } finally {
      inflater.end();
    }
  }

  @Provide
  Arbitrary<Frame> frames() {
    Arbitrary<String> repeating =
        Arbitraries.strings()
            .withChars("abc\"{}:, \n\u00e9\u2028")
            .ofMinLength(1)
            .ofMaxLength(40)
            .flatMap(text -> Arbitraries.integers().between(1, 2000).map(text::repeat));
    Arbitrary<Payload> noise =
        Arbitraries.integers()
            .between(0, 100_000)
            .flatMap(length -> Arbitraries.longs().map(seed -> Tuple.of(length, seed)))
            .map(
                given -> {
                  byte[] bytes = new byte[given.get1()];
                  new Random(given.get2()).nextBytes(bytes);
                  return Payload.binary(bytes);
                });
    Cursor cursor = new Cursor("k3f9", 1042);
    return Arbitraries.oneOf(
        Arbitraries.of(StandardDialect.PLAIN.keepalive()),
        Arbitraries.of(StandardDialect.PLAIN.position(cursor)),
        Arbitraries.oneOf(repeating.map(Payload::text), noise)
            .map(
                payload ->
                    StandardDialect.PLAIN.event(
                        cursor, AnEvent.ordinary().payload(payload).event())));
  }
}
