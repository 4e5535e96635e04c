package heliograph.gateway.wire;

import com.sun.management.UnixOperatingSystemMXBean;
import io.helidon.config.Config;
import java.lang.management.ManagementFactory;

/**
 * Works out how many connections a listener takes; further ones wait in the kernel. Without a
 * limit, a flood of connections takes the last file descriptor, at which Helidon closes the
 * listener for good and every stream with it, or it takes the last of the heap.
 */
public final class ConnectionLimit {
  /** The most connections of the admin listener. */
  public static final int ADMIN = 256;

  /**
   * The connections that are wanted besides those of streams: publishers, and requests that arrive.
   */
  static final int BESIDE_STREAMS = 4096;

  /**
   * Which part of the connections is kept from streams where there are too few for all that are
   * wanted: a tenth.
   */
  static final int PART_BESIDE_STREAMS = 10;

  /** The file descriptors that the log, the issuers, the admin listener and the JVM need. */
  static final int OTHER_DESCRIPTORS = 256 + 256 + ADMIN;

  /** The key by which the operator limits the connections of a listener. */
  public static final String KEY = "max-tcp-connections";

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private ConnectionLimit() {}

  /** How many connections the public listener wants if the operator does not say. */
  static int wanted(int streams) {
    return (int) Math.min(Integer.MAX_VALUE, (long) streams + BESIDE_STREAMS);
  }

  /**
   * The connections that the public listener takes: as many as its key or the number of streams
   * asks for, as far as this process has file descriptors and heap for them. Logs a warning if the
   * operator asked for more.
   *
   * @param root the whole configuration
   * @param streams the most open streams that the operator wants
   * @param plan the division of the heap
   */
  public static int ofPublic(Config root, int streams, HeapPlan plan) {
    Config written = root.get("server").get(KEY);
    Config wanted = written.exists() ? written : root.get("relay.limits.streams");
    return taken("public", wanted, written.asInt().orElse(wanted(streams)), fits(plan));
  }

  /**
   * How many connections of the public listener streams and polls may have at once. They hold what
   * they have for as long as they like, so some connections are kept from them: as many as are
   * wanted besides, but a tenth at most. Publishers, and whoever is to be told that there is no
   * room for another stream, find one of those.
   *
   * @param connections the most connections of the public listener
   */
  public static int forStreams(int connections) {
    int beside = Math.min(BESIDE_STREAMS, Math.ceilDiv(connections, PART_BESIDE_STREAMS));
    return Math.max(1, connections - beside);
  }

  /**
   * The connections that a listener takes: as many as are asked for, as far as they fit.
   *
   * @param asked how many are asked for; zero or less asks for as many as fit
   * @param fits how many there is room for
   */
  static int taken(int asked, int fits) {
    return asked > 0 ? Math.min(asked, fits) : fits;
  }

  /**
   * The connections that a listener takes, as far as they fit; logs a warning if the operator asked
   * for more.
   */
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

  /** The most connections for which this process has both file descriptors and heap. */
  private static int fits(HeapPlan plan) {
    long descriptors =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    return fits(descriptors, plan.connections());
  }

  static int fits(long descriptors, int heap) {
    // Where there are few descriptors, connections get half: the others rarely need all they may
    // take.
    return (int) Math.min(heap, Math.max(descriptors - OTHER_DESCRIPTORS, descriptors / 2));
  }
}
