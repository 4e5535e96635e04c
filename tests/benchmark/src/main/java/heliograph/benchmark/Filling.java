package heliograph.benchmark;

import heliograph.contract.Event;
import heliograph.log.disk.DiskLog;
import heliograph.relay.Published;
import heliograph.relay.Retention;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Stores on the disk: makes them, weighs them, removes them. */
final class Filling {
  private static final int BATCH = 1000;
  private static final Retention ALL =
      new Retention(Duration.ofDays(365), Integer.MAX_VALUE, 1L << 40, Duration.ofDays(1));

  private Filling() {}

  /**
   * Stores events of all tenants in turn, by big appends.
   *
   * @return their bytes as the log counts them
   */
  static long fill(Path directory, int count) {
    Events events = new Events();
    InstantSource clock = InstantSource.system();
    long bytes = 0;
    try (DiskLog log = DiskLog.open(directory, false, ALL, clock)) {
      for (int from = 0; from < count; from += BATCH) {
        List<Event> batch = new ArrayList<>(BATCH);
        for (int i = from; i < Math.min(from + BATCH, count); i++) {
          batch.add(events.event(Events.tenant(i), "fill-%09d".formatted(i), clock.instant()));
        }
        log.append(Published.all("filling", batch, 0));
        bytes += batch.stream().mapToLong(Event::size).sum();
      }
    }
    return bytes;
  }

  /** The bytes of the files in a directory. */
  static long size(Path directory) throws IOException {
    long size = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        size += Files.size(file);
      }
    }
    return size;
  }

  /** Makes the kernel forget the files of a directory, as after a boot; others' stay cached. */
  static void uncache(Path directory) throws IOException, InterruptedException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
            .inheritIO()
            .start()
            .waitFor();
      }
    }
  }

  /** How long the disk takes to make 4 KiB durable, in milliseconds. */
  static double syncMillis(Path folder) throws IOException {
    Path file = folder.resolve("sync.tmp");
    Samples samples = new Samples();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < 300; i++) {
        channel.write(ByteBuffer.allocate(4096));
        long from = System.nanoTime();
        channel.force(false);
        samples.add((System.nanoTime() - from) / 1e6);
      }
    }
    Files.delete(file);
    return samples.median();
  }

  static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
