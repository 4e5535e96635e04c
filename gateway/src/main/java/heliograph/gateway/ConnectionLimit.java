package heliograph.gateway;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How many connections a listener takes; further ones wait in the kernel. Without a limit, a flood
 * of them takes the last file descriptor, at which Helidon closes the listener for good and every
 * stream with it; or the last of the heap.
 */
final class ConnectionLimit {
  /** Of the admin listener. */
  static final int ADMIN = 256;

  /** Beside as many as there may be streams: publishers, and requests that are still arriving. */
  static final int BESIDE_STREAMS = 4096;

  /** What the log, the issuers, the admin listener and the JVM itself need. */
  static final int OTHER_DESCRIPTORS = 256 + 256 + ADMIN;

  /** Of the heap, for a connection on which a request begins. */
  static final int BYTES = 16 * 1024;

  // Of the heap, for all of them.
  private static final int HEAP_SHARE = 2;

  private ConnectionLimit() {}

  /** For the public listener of this process. */
  static int of(int streams) {
    long descriptors =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    return of(streams, descriptors, Runtime.getRuntime().maxMemory());
  }

  static int of(int streams, long descriptors, long heap) {
    long wanted = (long) streams + BESIDE_STREAMS;
    // Where there are few, half of them: the others do not need all that they may take.
    long open = Math.max(descriptors - OTHER_DESCRIPTORS, descriptors / 2);
    return (int)
        Math.min(Integer.MAX_VALUE, Math.min(wanted, Math.min(open, heap / HEAP_SHARE / BYTES)));
  }
}
