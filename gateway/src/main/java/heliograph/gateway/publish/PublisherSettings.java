package heliograph.gateway.publish;

import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.intake.MappingSettings;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.intake.SourcePattern;
import heliograph.gateway.scheme.Challenge;
import heliograph.gateway.scheme.ChallengeSettings;
import heliograph.gateway.scheme.Scheme;
import heliograph.gateway.scheme.SchemeName;
import heliograph.gateway.scheme.SchemeSettings;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.http.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code relay.publishers}. One thread. */
public final class PublisherSettings {
  private static final int MIN_EVENT = 1024;

  private PublisherSettings() {}

  /**
   * Reads the publishers.
   *
   * @param intake the bounds of all, which those of a publisher cannot exceed
   * @throws BadConfiguration naming the key at fault
   */
  public static List<Publisher> read(List<Settings> entries, IntakeConfig intake) {
    List<Publisher> publishers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> clients = new HashSet<>();
    for (Settings entry : entries) {
      Publisher publisher = publisher(entry, intake);
      if (!names.add(publisher.name())) {
        throw entry.bad("name", "is named twice");
      }
      if (publisher.clientId().filter(client -> !clients.add(client)).isPresent()) {
        throw entry.bad("client-id", "belongs to two publishers");
      }
      if (publisher.mayOmitSource() && !publisher.maySendAs(publisher.ownSource())) {
        throw entry.bad(
            "sources", "must allow " + publisher.ownSource() + ", which events without one have");
      }
      publishers.add(publisher);
    }
    return publishers;
  }

  private static Publisher publisher(Settings entry, IntakeConfig intake) {
    String name = entry.required("name");
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw entry.bad("name", "must be 1 to 64 characters of A-Z a-z 0-9 _ -");
    }
    Optional<String> client = entry.text("client-id");
    Optional<SchemeName> scheme = SchemeSettings.name(entry);
    Optional<Publisher.Hook> hook = hook(entry, name, scheme);
    if (client.isEmpty() && hook.isEmpty()) {
      throw entry.bad("scheme", "either a scheme with its secrets or a client-id is required");
    }
    List<String> tenants = entry.texts("tenants", List.of());
    if (tenants.isEmpty()) {
      throw entry.bad("tenants", "at least one tenant, or \"*\" for all, is required");
    }
    boolean any = tenants.equals(List.of("*"));
    return new Publisher(
        name,
        client,
        hook,
        any,
        Set.copyOf(entry.all("tenants", any ? List.of() : tenants, Tenant::new)),
        entry.all("topics", entry.texts("topics", List.of(">")), TopicPattern::new),
        entry.all("types", entry.texts("types", List.of("*")), TypePattern::new),
        sources(entry),
        bounds(entry, intake),
        MappingSettings.read(entry, scheme));
  }

  private static Optional<Publisher.Hook> hook(
      Settings entry, String name, Optional<SchemeName> scheme) {
    Optional<Scheme> read = SchemeSettings.read(entry, name, scheme);
    Optional<Challenge> challenge = ChallengeSettings.read(entry, scheme);
    Status accepted = accepted(entry, scheme);
    return read.map(it -> new Publisher.Hook(scheme.orElseThrow(), it, challenge, accepted));
  }

  private static Status accepted(Settings entry, Optional<SchemeName> scheme) {
    Status status =
        switch (entry.text("status", "202")) {
          case "200" -> Status.OK_200;
          case "202" -> Status.ACCEPTED_202;
          case "204" -> Status.NO_CONTENT_204;
          default -> throw entry.bad("status", "must be 200, 202 or 204");
        };
    if (scheme.isEmpty() && !status.equals(Status.ACCEPTED_202)) {
      throw entry.bad("status", "is for webhooks, which need a scheme");
    }
    return status;
  }

  private static List<SourcePattern> sources(Settings entry) {
    List<String> sources = entry.texts("sources", List.of(SourcePattern.ALL.value()));
    if (sources.isEmpty()) {
      // Who writes the key means to bind the publisher, and not to keep it from sending at all.
      throw entry.bad("sources", "names at least one source, or is left out");
    }
    return entry.all("sources", sources, SourcePattern::new);
  }

  private static Publisher.Bounds bounds(Settings entry, IntakeConfig intake) {
    int event = intake.eventBytes();
    int batch = intake.batchEvents();
    int perSecond = intake.publishPerSecond();
    int newTenants = intake.newTenantsPerMinute();
    return new Publisher.Bounds(
        (int) entry.bytes("event-bytes", event, MIN_EVENT, event),
        entry.number("batch-events", batch, 1, batch),
        entry.number("per-second", perSecond, 1, perSecond),
        entry.number("new-tenants-per-minute", newTenants, 1, newTenants));
  }
}
