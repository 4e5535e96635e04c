package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checksums that are put together are those of the bytes put together. */
class CrcPartsTest {
  @Property
  void partsGiveTheChecksumOfTheWhole(@ForAll List<@Size(max = 300) byte[]> parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    int joined = 0;
    for (byte[] part : parts) {
      whole.writeBytes(part);
      joined = CrcParts.join(joined, crc(part), CrcParts.factor(part.length));

      assertEquals(crc(whole.toByteArray()), joined);
    }
  }

  @Property(tries = 300)
  void itDoesNotMatterWhichPartsAreJoinedFirst(
      @ForAll int first,
      @ForAll int second,
      @ForAll int third,
      @ForAll @IntRange(max = 1 << 30) int secondLength,
      @ForAll @IntRange(max = 1 << 30) int thirdLength) {
    int fromTheLeft =
        CrcParts.join(
            CrcParts.join(first, second, CrcParts.factor(secondLength)),
            third,
            CrcParts.factor(thirdLength));
    int fromTheRight =
        CrcParts.join(
            first,
            CrcParts.join(second, third, CrcParts.factor(thirdLength)),
            CrcParts.factor(secondLength + thirdLength));

    assertEquals(fromTheLeft, fromTheRight);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 255, 256, 65_535, 65_536, 1 << 24, (1 << 25) - 1})
  void longPartsAsWell(int length) {
    byte[] bytes = new byte[3 + length];
    new Random(length).nextBytes(bytes);
    CRC32 tail = new CRC32();
    tail.update(bytes, 3, length);

    int joined =
        CrcParts.join(
            crc(new byte[] {bytes[0], bytes[1], bytes[2]}),
            (int) tail.getValue(),
            CrcParts.factor(length));

    assertEquals(crc(bytes), joined);
  }

  private static int crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
