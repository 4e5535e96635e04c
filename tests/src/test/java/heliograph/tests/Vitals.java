package heliograph.tests;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** What the machine knows of a relay's process: its memory, its files, its sockets. */
record Vitals(long pid) {
  /** What is in use of a heap: the bytes, and of each class the number of its objects. */
  record Heap(long bytes, Map<String, Long> objects) {
    /** The classes of which there are so many more objects than there were. */
    Map<String, Long> grownBy(int least, Heap before) {
      Map<String, Long> grown = new TreeMap<>();
      objects.forEach(
          (name, count) -> {
            long more = count - before.objects().getOrDefault(name, 0L);
            if (more >= least) {
              grown.put(name, more);
            }
          });
      return grown;
    }
  }

  /** The heap after the garbage is gone. */
  Heap heap() throws IOException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .start();
    Map<String, Long> objects = new HashMap<>();
    long bytes = 0;
    try (BufferedReader lines = jcmd.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.strip().split(" +", -1);
        if (fields[0].equals("Total")) {
          bytes = Long.parseLong(fields[2]);
        } else if (fields.length > 3 && fields[0].matches("[0-9]+:")) {
          objects.merge(fields[3], Long.parseLong(fields[1]), Long::sum);
        }
      }
    }
    if (bytes == 0) {
      throw new IOException("no histogram of the heap of " + pid);
    }
    return new Heap(bytes, objects);
  }

  /** Waits until of no class there are so many more objects than there were. */
  void awaitNoneLeft(int least, Heap before, Duration limit) throws Exception {
    AtomicReference<Map<String, Long>> left = new AtomicReference<>(Map.of());
    try {
      Deadline.await(
          "nothing is left behind",
          limit,
          () -> {
            left.set(heap().grownBy(least, before));
            return left.get().isEmpty();
          });
    } catch (AssertionError late) {
      throw new AssertionError("left behind: " + left.get(), late);
    }
  }

  /** The bytes of memory that the process takes. */
  long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  /** How many files and sockets the process has open. */
  long openDescriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return open.count();
    }
  }

  /** The address at which a port is listened to, as the kernel knows it. */
  Optional<String> listensAt(int port) throws IOException {
    String local = String.format(Locale.ROOT, ":%04X", port);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] fields = line.strip().split(" +", -1);
        // State 0A is LISTEN; 0100007F is 127.0.0.1, in the order of the machine's bytes.
        if (fields[1].endsWith(local) && fields[3].equals("0A")) {
          boolean loopback = fields[1].replaceFirst(":.*", "").endsWith("0100007F");
          return Optional.of(loopback ? "127.0.0.1" : fields[1]);
        }
      }
    }
    return Optional.empty();
  }
}
