package heliograph.gateway.telemetry;

import heliograph.gateway.settings.Settings;
import java.util.logging.Handler;
import java.util.logging.LogManager;

/** In which form the lines of the log are written. */
public enum LogFormat {
  /** As pairs, for people. */
  TEXT,
  /** As one JSON object each, for programs that gather logs. */
  JSON;

  /** Reads what the operator wrote under {@code relay.logging}. */
  public static LogFormat read(Settings relay) {
    return relay.section("logging").choice("format", TEXT);
  }

  /**
   * Has the lines written so from now on, wherever they would be written in the other form; a
   * handler with a formatter of somebody else keeps it.
   */
  public void install() {
    for (Handler handler : LogManager.getLogManager().getLogger("").getHandlers()) {
      if (this == JSON && handler.getFormatter() instanceof LogLine) {
        handler.setFormatter(new LogJson());
      }
    }
  }
}
