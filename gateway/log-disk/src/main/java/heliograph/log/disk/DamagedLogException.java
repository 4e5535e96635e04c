package heliograph.log.disk;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Says that a directory does not hold a whole log, or that another relay has it open. The message
 * tells what is wrong and what can be done.
 */
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

  private DamagedLogException(String message) {
    super(message);
  }

  /** Makes the exception for a log that somebody else has open. */
  static DamagedLogException inUse(Path directory, String what) {
    return new DamagedLogException(
        "the log in %s is open already (%s). Stop the other relay, or give this one a directory of its own."
            .formatted(directory, what));
  }

  DamagedLogException(Path directory, String what) {
    this(directory, what, null);
  }
}
