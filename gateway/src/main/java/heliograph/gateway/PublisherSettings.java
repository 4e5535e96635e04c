package heliograph.gateway;

import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.GatewayConfig.IntakeConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import javax.security.auth.x500.X500Principal;

/** Reads {@code relay.publishers}. One thread. */
final class PublisherSettings {
  private static final int MIN_EVENT = 1024;

  private PublisherSettings() {}

  /**
   * @param intake the bounds of all, which those of a publisher cannot exceed
   * @throws BadConfiguration naming the key at fault
   */
  static List<Publisher> read(List<Settings> entries, IntakeConfig intake) {
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
    Optional<SchemeName> word = schemeName(entry);
    Optional<Scheme> scheme = scheme(entry, name, word);
    if (client.isEmpty() && scheme.isEmpty()) {
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
        scheme,
        any,
        Set.copyOf(GatewayConfig.all(entry, "tenants", any ? List.of() : tenants, Tenant::new)),
        GatewayConfig.all(entry, "topics", entry.texts("topics", List.of(">")), TopicPattern::new),
        GatewayConfig.all(entry, "types", entry.texts("types", List.of("*")), TypePattern::new),
        sources(entry),
        bounds(entry, intake),
        MappingSettings.read(entry, word),
        word);
  }

  private static List<SourcePattern> sources(Settings entry) {
    List<String> sources = entry.texts("sources", List.of(SourcePattern.ALL.value()));
    if (sources.isEmpty()) {
      // Who writes the key means to bind the publisher, and not to keep it from sending at all.
      throw entry.bad("sources", "names at least one source, or is left out");
    }
    return GatewayConfig.all(entry, "sources", sources, SourcePattern::new);
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

  private static Optional<SchemeName> schemeName(Settings entry) {
    return entry
        .text("scheme")
        .map(
            word ->
                SchemeName.of(word)
                    .orElseThrow(
                        () -> entry.bad("scheme", "must be one of " + SchemeName.words())));
  }

  private static Optional<Scheme> certificate(Settings entry, Optional<SchemeName> name) {
    List<X500Principal> subjects =
        GatewayConfig.all(
            entry, "subjects", entry.texts("subjects", List.of()), X500Principal::new);
    List<String> fingerprints =
        GatewayConfig.all(
            entry, "fingerprints", entry.texts("fingerprints", List.of()), MutualTls::fingerprint);
    if (name.filter(SchemeName.MTLS::equals).isPresent()) {
      if (subjects.isEmpty() && fingerprints.isEmpty()) {
        throw entry.bad("subjects", "at least one, or one of fingerprints, is required");
      }
      return Optional.of(MutualTls.of(subjects, fingerprints));
    }
    if (!subjects.isEmpty() || !fingerprints.isEmpty()) {
      throw entry.bad(subjects.isEmpty() ? "fingerprints" : "subjects", "is for the scheme mtls");
    }
    return Optional.empty();
  }

  private static Optional<Scheme> scheme(
      Settings entry, String publisher, Optional<SchemeName> name) {
    List<String> secrets = entry.texts("secrets", List.of());
    List<String> files = entry.texts("secret-files", List.of());
    Optional<Scheme> certificate = certificate(entry, name);
    if (certificate.isPresent()) {
      if (!secrets.isEmpty() || !files.isEmpty()) {
        throw entry.bad("secrets", "the scheme mtls has none");
      }
      return certificate;
    }
    if (name.isEmpty()) {
      if (!secrets.isEmpty() || !files.isEmpty()) {
        throw entry.bad("scheme", "is required beside secrets: one of " + SchemeName.words());
      }
      return Optional.empty();
    }
    if (secrets.isEmpty() && files.isEmpty()) {
      throw entry.bad("secrets", "at least one secret is required, here or in secret-files");
    }
    Function<List<String>, Scheme> maker = name.get().maker();
    String key = "secrets";
    try {
      // Also beside files: what is wrong here is not the files' fault.
      Optional<Scheme> scheme =
          secrets.isEmpty() ? Optional.empty() : Optional.of(FiledSecrets.scheme(secrets, maker));
      if (files.isEmpty()) {
        return scheme;
      }
      key = "secret-files";
      List<Path> paths = files.stream().map(Path::of).distinct().toList();
      return Optional.of(new FiledSecrets(publisher, secrets, paths, maker));
    } catch (IllegalArgumentException badSecret) {
      throw entry.bad(key, String.valueOf(badSecret.getMessage()));
    }
  }
}
