package heliograph.gateway.monitor;

import heliograph.gateway.monitor.Trouble.Part;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import io.helidon.webserver.observe.health.HealthObserver;
import java.util.Arrays;

/** Makes the health checks that the admin listener serves. */
public final class Health {
  private Health() {}

  /**
   * The relay is live while the hub's threads run; it is ready if it also has the keys of every
   * issuer, can write to its log and is not stopping.
   */
  public static HealthObserver of(Troubles troubles) {
    return HealthObserver.builder()
        .useSystemServices(false)
        .details(true)
        .addCheck(
            () -> answer(troubles.state().live(), "a thread of the hub has stopped"),
            HealthCheckType.LIVENESS,
            "log")
        .addCheck(() -> ready(troubles, Part.ISSUER), HealthCheckType.READINESS, "identity")
        .addCheck(() -> ready(troubles, Part.LOG), HealthCheckType.READINESS, "log")
        .addCheck(() -> ready(troubles, Part.HUB, Part.STOPPING), HealthCheckType.READINESS, "hub")
        .addCheck(
            () -> answer(troubles.state().live(), "a thread of the hub does not run"),
            HealthCheckType.STARTUP,
            "hub")
        .build();
  }

  /** Whether the relay is ready as far as these parts go. */
  private static HealthCheckResponse ready(Troubles troubles, Part... parts) {
    Troubles.State state = troubles.state();
    return Arrays.stream(parts)
        .flatMap(part -> state.of(part).stream())
        .filter(it -> !it.ready())
        .findFirst()
        .map(it -> answer(false, reason(it)))
        .orElseGet(() -> answer(true, ""));
  }

  /** Why the relay is not ready, for whoever asks: health may be open where the status is not. */
  private static String reason(Trouble trouble) {
    return switch (trouble.part()) {
      case ISSUER -> "an issuer's keys are not here yet";
      case STOPPING -> "the relay is stopping";
      case LOG, HUB, STREAMS, UPSTREAM -> trouble.error();
    };
  }

  private static HealthCheckResponse answer(boolean well, String why) {
    HealthCheckResponse.Builder response =
        HealthCheckResponse.builder()
            .status(well ? HealthCheckResponse.Status.UP : HealthCheckResponse.Status.DOWN);
    return (well ? response : response.detail("reason", why)).build();
  }
}
