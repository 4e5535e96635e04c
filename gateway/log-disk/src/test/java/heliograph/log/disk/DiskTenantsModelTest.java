package heliograph.log.disk;

import heliograph.relay.EventLog;
import heliograph.relay.Retention;
import heliograph.relay.TenantLimits;
import heliograph.relay.TenantsModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Function;

/** The log on disk gives out no sequence twice, over restarts and crashes as well. */
class DiskTenantsModelTest extends TenantsModel {
  private Path folder = Folders.fresh();
  private Function<Path, EventLog> opening =
      _ -> {
        throw new IllegalStateException("nothing was opened");
      };

  @Override
  protected EventLog open(Retention retention, TenantLimits limits, InstantSource clock) {
    opening = path -> DiskLog.open(Directory.of(path, false), retention, limits, clock);
    folder = Folders.fresh();
    return opening.apply(folder);
  }

  @Override
  protected EventLog restarted(EventLog log, boolean crash) {
    try {
      Path left = crash ? Folders.crashed(folder) : folder;
      log.close();
      folder = left;
      return opening.apply(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
