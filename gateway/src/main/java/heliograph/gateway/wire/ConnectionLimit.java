package heliograph.gateway.wire;

import com.sun.management.UnixOperatingSystemMXBean;
import io.helidon.config.Config;
import java.lang.management.ManagementFactory;

/**
 * How many connections a listener takes; further ones wait in the kernel. Without a limit, a flood
 * of them takes the last file descriptor, at which Helidon closes the listener for good and every
 * stream with it; or the last of the heap.
 */
public final class ConnectionLimit {
  /** Of the admin listener. */
  public static final int ADMIN = 256;

  /** Beside as many as there may be streams: publishers, and requests that are still arriving. */
  static final int BESIDE_STREAMS = 4096;

  /** What the log, the issuers, the admin listener and the JVM itself need. */
  static final int OTHER_DESCRIPTORS = 256 + 256 + ADMIN;

  /** The operator's key for it, of each listener. */
  public static final String KEY = "max-tcp-connections";

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private ConnectionLimit() {}

  /** What the public listener wants, if the operator does not say. */
  public static int wanted(int streams) {
    return (int) Math.min(Integer.MAX_VALUE, (long) streams + BESIDE_STREAMS);
  }

  /**
   * What a listener takes: what is asked for, as far as it fits.
   *
   * @param asked not positive for as many as fit
   * @param fits what there is room for
   */
  static int taken(int asked, int fits) {
    return asked > 0 ? Math.min(asked, fits) : fits;
  }

  /** The same, told to the operator where it is less than was asked for. */
  public static int taken(String listener, Config written, int asked, int fits) {
    int taken = taken(asked, fits);
    if (taken != asked && written.exists()) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "connections-lowered listener={0} asked={1} taken={2}",
          listener,
          Integer.toString(asked),
          Integer.toString(taken));
    }
    return taken;
  }

  /** What this process has file descriptors for, as well as heap. */
  public static int fits(HeapPlan plan) {
    long descriptors =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    return fits(descriptors, plan.connections());
  }

  static int fits(long descriptors, int heap) {
    // Where there are few, half of them: the others do not need all that they may take.
    return (int) Math.min(heap, Math.max(descriptors - OTHER_DESCRIPTORS, descriptors / 2));
  }
}
