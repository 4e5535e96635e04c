package heliograph.gateway.admin;

import heliograph.gateway.identity.Identity;
import heliograph.relay.Hub;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import io.helidon.webserver.observe.health.HealthObserver;
import java.util.function.Supplier;

/** Makes the health checks that the admin listener serves. */
public final class Health {
  private Health() {}

  /**
   * The relay is live while the hub's threads run; it is ready if it also has the keys of every
   * issuer, can write to its log and is not stopping.
   *
   * @param identity the issuers that there are now
   */
  public static HealthObserver of(Hub hub, Supplier<Identity> identity) {
    return HealthObserver.builder()
        .useSystemServices(false)
        .details(true)
        .addCheck(
            () -> answer(hub.isAlive(), "a thread of the hub has stopped"),
            HealthCheckType.LIVENESS,
            "log")
        .addCheck(
            () -> answer(identity.get().isReady(), "an issuer's keys are not here yet"),
            HealthCheckType.READINESS,
            "identity")
        .addCheck(
            () -> answer(hub.trouble().isEmpty(), hub.trouble().orElse("")),
            HealthCheckType.READINESS,
            "log")
        .addCheck(
            () -> answer(hub.isAlive() && !hub.isDraining(), "the relay is stopping"),
            HealthCheckType.READINESS,
            "hub")
        .addCheck(
            () -> answer(hub.isAlive(), "a thread of the hub does not run"),
            HealthCheckType.STARTUP,
            "hub")
        .build();
  }

  private static HealthCheckResponse answer(boolean well, String why) {
    HealthCheckResponse.Builder response =
        HealthCheckResponse.builder()
            .status(well ? HealthCheckResponse.Status.UP : HealthCheckResponse.Status.DOWN);
    return (well ? response : response.detail("reason", why)).build();
  }
}
