package heliograph.gateway.wire;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Sets how long the kernel waits for a peer that acknowledges nothing, for example because its
 * network is gone. By itself the kernel resends for a quarter of an hour (net.ipv4.tcp_retries2);
 * the little that a stream writes fits its buffer for all that time, so no write of ours blocks and
 * times out. Java has no name for the option TCP_USER_TIMEOUT (RFC 5482) and hides the file
 * descriptors of its sockets, so native calls find and set them. This works only on Linux. Any
 * thread.
 */
public final class PeerTimeout {
  /**
   * By how much the kernel's time is longer than ours, so that a write that blocks is cut by us.
   */
  static final Duration LONGER = Duration.ofSeconds(1);

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  // These are the numbers of socket(7), tcp(7) and errno(3) on Linux, which are the same on every
  // processor that Java runs on.
  private static final int SOL_SOCKET = 1;
  private static final int SO_ACCEPTCONN = 30;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_USER_TIMEOUT = 18;
  private static final int ETIMEDOUT = 110;
  private static final int ENETUNREACH = 101;
  private static final int EHOSTUNREACH = 113;
  private static final int ADDRESS = 128;
  private static final int PORT = 2;
  private static final int MESSAGE = 1024;

  // Exceptions name the kernel's reasons by the texts of the C library, in the process's language.
  private static volatile Set<String> reasons = Set.of();

  private PeerTimeout() {}

  /**
   * Sets the timeout for all connections of the listeners, which inherit it from the socket that
   * accepts them. Logs a warning if that cannot be done.
   *
   * @param writeTimeout how long a write may take
   * @param ports the ports of the listeners, which are open already
   */
  public static void set(Duration writeTimeout, Integer... ports) {
    long millis = Math.min(writeTimeout.plus(LONGER).toMillis(), Integer.MAX_VALUE);
    try {
      Kernel kernel = new Kernel();
      Set<Integer> left = new HashSet<>(List.of(ports));
      for (int descriptor : descriptors()) {
        if (kernel.listens(descriptor)
            && left.contains(kernel.port(descriptor))
            && kernel.setTimeout(descriptor, (int) millis)) {
          left.remove(kernel.port(descriptor));
        }
      }
      if (left.isEmpty()) {
        reasons = kernel.reasons();
        return;
      }
    } catch (IOException | RuntimeException _) {
      // This is not Linux, or it is not allowed.
    }
    LOGGER.log(
        System.Logger.Level.WARNING,
        "peer-timeout-unset system={0}",
        System.getProperty("os.name").toLowerCase(Locale.ROOT));
  }

  /** Whether reading or writing failed because the kernel gave the peer of the connection up. */
  public static boolean isReasonOf(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (cause instanceof IOException && message != null && reasons.contains(message)) {
        return true;
      }
    }
    return false;
  }

  private static Set<Integer> descriptors() throws IOException {
    Set<Integer> descriptors = new HashSet<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path link : links) {
        descriptors.add(Integer.parseInt(link.getFileName().toString()));
      }
    }
    return descriptors;
  }

  /** The system calls that are needed, called through the C library. */
  @SuppressWarnings("restricted") // The jar's manifest allows native access.
  private static final class Kernel {
    private final Linker linker = Linker.nativeLinker();
    private final MethodHandle getOption =
        function("getsockopt", 3, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    private final MethodHandle setOption =
        function("setsockopt", 3, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private final MethodHandle getName =
        function("getsockname", 1, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    private final MethodHandle message =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("strerror"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

    private MethodHandle function(String name, int numbers, ValueLayout... rest) {
      FunctionDescriptor descriptor = FunctionDescriptor.of(ValueLayout.JAVA_INT);
      for (int i = 0; i < numbers; i++) {
        descriptor = descriptor.appendArgumentLayouts(ValueLayout.JAVA_INT);
      }
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name), descriptor.appendArgumentLayouts(rest));
    }

    boolean listens(int descriptor) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
        int failed =
            (int) getOption.invokeExact(descriptor, SOL_SOCKET, SO_ACCEPTCONN, value, length);
        return failed == 0 && value.get(ValueLayout.JAVA_INT, 0) == 1;
      } catch (Throwable failure) {
        throw unable(failure);
      }
    }

    /**
     * The port that a socket is bound to, 0 if it has none; it stands at the same place in
     * addresses of IPv4 and IPv6.
     */
    int port(int descriptor) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment address = arena.allocate(ADDRESS, Long.BYTES);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, ADDRESS);
        int failed = (int) getName.invokeExact(descriptor, address, length);
        ValueLayout.OfShort port = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
        return failed == 0 ? Short.toUnsignedInt(address.get(port, PORT)) : 0;
      } catch (Throwable failure) {
        throw unable(failure);
      }
    }

    boolean setTimeout(int descriptor, int millis) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, millis);
        return 0
            == (int)
                setOption.invokeExact(
                    descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, value, Integer.BYTES);
      } catch (Throwable failure) {
        throw unable(failure);
      }
    }

    /**
     * The texts of a timeout, and of what routers on the way may have reported of the peer's
     * network.
     */
    Set<String> reasons() {
      return Set.of(message(ETIMEDOUT), message(ENETUNREACH), message(EHOSTUNREACH));
    }

    private String message(int number) {
      try {
        MemorySegment text = (MemorySegment) message.invokeExact(number);
        Charset charset = Charset.forName(System.getProperty("native.encoding"));
        return text.reinterpret(MESSAGE).getString(0, charset);
      } catch (Throwable failure) {
        throw unable(failure);
      }
    }

    // The functions themselves throw nothing, but MethodHandle declares that calling them may.
    private static IllegalStateException unable(Throwable failure) {
      return new IllegalStateException("the kernel cannot be called", failure);
    }
  }
}
