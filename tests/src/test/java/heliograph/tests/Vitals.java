package heliograph.tests;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the machine knows of a relay's process: its memory, its files, its sockets. */
record Vitals(long pid) {
  /** The bytes of the heap that are in use, after the garbage is gone. */
  long liveBytes() throws IOException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .start();
    try (BufferedReader lines = jcmd.inputReader()) {
      return lines
          .lines()
          .filter(line -> line.startsWith("Total"))
          .mapToLong(line -> Long.parseLong(line.split(" +", -1)[2]))
          .findFirst()
          .orElseThrow();
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
