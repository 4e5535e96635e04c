package heliograph.gateway;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileSystems;

/**
 * Takes from other users of the machine every right to the files that this process makes. The store
 * makes its files in native code, with the file mode of the process, so the mode of the process is
 * set.
 */
final class Umask {
  private static final int OF_OTHERS = 0077;

  private Umask() {}

  /**
   * Sets the umask; it has to be called before any file is opened. It does nothing where files have
   * no POSIX modes.
   */
  @SuppressWarnings("restricted") // The jar's manifest allows native access.
  static void set() {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    MethodHandle umask =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("umask"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try {
      int _ = (int) umask.invokeExact(OF_OTHERS);
    } catch (Throwable failure) {
      // umask(2) itself never fails.
      throw new IllegalStateException("the mode of new files cannot be set", failure);
    }
  }
}
