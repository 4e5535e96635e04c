package heliograph.gateway.telemetry;

import heliograph.contract.Tenant;
import heliograph.relay.Storms;
import java.util.function.Consumer;

/**
 * Tells the operator in the log, and in a metric by profile, that streams of one user supersede
 * each other again and again. The user is not named. Any thread.
 */
public final class SupersedeStorms implements Storms {
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Consumer<String> counting;

  /**
   * Tells nobody yet.
   *
   * @param counting the metric, {@link Metrics#storm}
   */
  public SupersedeStorms(Consumer<String> counting) {
    this.counting = counting;
  }

  @Override
  public void began(String profile, Tenant tenant) {
    counting.accept(profile);
    LOGGER.log(
        System.Logger.Level.WARNING,
        "supersede-storm profile={0} tenant={1}",
        profile,
        tenant.name());
  }
}
