package heliograph.gateway;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileSystems;

/**
 * What others on the machine may do with the files that this process makes: nothing. The store
 * makes its own in native code, by the mode that the process has, so it is the process that is
 * told.
 */
final class Umask {
  private static final int OF_OTHERS = 0077;

  private Umask() {}

  /** To be called before anything is opened. Does nothing where files have no such modes. */
  @SuppressWarnings("restricted") // The jar's manifest allows it, for the store needs it as well.
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
      // The function itself fails never.
      throw new IllegalStateException("the mode of new files cannot be set", failure);
    }
  }
}
