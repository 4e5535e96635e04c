package heliograph.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The directory does not hold a whole log. The message says what is wrong and what can be done. */
public final class DamagedLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DamagedLogException(Path directory, String what, @Nullable Throwable cause) {
    super(
        """
        the log in %s cannot be used: %s.
        Nothing was changed. Restore the directory from a copy, or move it away to begin with an \
        empty log: subscribers are then told by system.gap that events are gone.\
        """
            .formatted(directory, what),
        cause);
  }

  DamagedLogException(Path directory, String what) {
    this(directory, what, null);
  }
}
