package heliograph.gateway.intake;

import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.scheme.ChallengeConfig;
import heliograph.gateway.scheme.SchemeConfig;
import heliograph.gateway.scheme.SchemeName;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.http.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the operator wrote of a backend that publishes: by what it is known, and what it may
 * publish.
 *
 * @param clientId the {@code azp}, {@code client_id} or {@code appid} of its bearer tokens
 * @param hook what its webhooks are like; empty if it sends none
 * @param anyTenant whether it may publish for every tenant
 * @param tenants the tenants it may publish for, unless it may for every one
 * @param topics the topics that it may publish to
 * @param types the types of events that it may publish
 * @param sources the sources in whose name it may send
 * @param bounds how much it may send
 * @param mapping how what it sends becomes events; empty if it sends events
 * @param presence whether it may know how many streams its users have open
 */
public record PublisherConfig(
    String name,
    Optional<String> clientId,
    Optional<HookConfig> hook,
    boolean anyTenant,
    Set<Tenant> tenants,
    List<TopicPattern> topics,
    List<TypePattern> types,
    List<SourcePattern> sources,
    Bounds bounds,
    Optional<MappingConfig> mapping,
    boolean presence) {
  private static final int MIN_EVENT = 1024;

  // The last part of the path at which it asks, and so no tenant in the path of its webhooks.
  private static final Tenant ASKED_BY_PATH = new Tenant("presence");

  /** Copies the lists. */
  public PublisherConfig {
    tenants = Set.copyOf(tenants);
    topics = List.copyOf(topics);
    types = List.copyOf(types);
    sources = List.copyOf(sources);
  }

  /**
   * The webhooks of a publisher.
   *
   * @param scheme how a webhook proves who sent it
   * @param challenge what the sender asks before it sends events
   * @param accepted the status that says that events are stored: 202 with what became of each, or
   *     200 or 204 without a body for senders that take nothing else
   */
  public record HookConfig(
      SchemeConfig scheme, Optional<ChallengeConfig> challenge, Status accepted) {}

  /**
   * The bounds of what a publisher may send; the relay's own limits hold as well.
   *
   * @param eventBytes the most bytes of one event
   * @param batchEvents the most events of one body
   * @param perSecond the most events in a second
   * @param newTenants the most tenants in a minute that are new to the log
   */
  public record Bounds(int eventBytes, int batchEvents, int perSecond, int newTenants) {
    /** The bounds of a publisher that has only those of the relay. */
    public static final Bounds NONE =
        new Bounds(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * This publisher where the relay keeps a bound on the bytes of an event that it was started with.
   *
   * @param written the bound that is written, which the publisher has if it has none of its own
   * @param kept the bound that the relay keeps
   */
  public PublisherConfig keeping(int written, int kept) {
    int most = bounds.eventBytes() == written ? kept : Math.min(bounds.eventBytes(), kept);
    return new PublisherConfig(
        name,
        clientId,
        hook,
        anyTenant,
        tenants,
        topics,
        types,
        sources,
        new Bounds(most, bounds.batchEvents(), bounds.perSecond(), bounds.newTenants()),
        mapping,
        presence);
  }

  /**
   * Reads the publishers.
   *
   * @param entries the nodes of {@code relay.publishers}
   * @param most the bounds of all, which those of a publisher cannot exceed
   * @throws BadConfiguration naming the key at fault
   */
  public static List<PublisherConfig> read(List<Settings> entries, Bounds most) {
    List<PublisherConfig> publishers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> clients = new HashSet<>();
    for (Settings entry : entries) {
      PublisherConfig publisher = read(entry, most);
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
      if (publisher.presence()
          && publisher.mapping().isPresent()
          && publisher.tenants().contains(ASKED_BY_PATH)) {
        throw entry.bad(
            "presence", "must be off for a mapping with a tenant named " + ASKED_BY_PATH);
      }
      publishers.add(publisher);
    }
    return publishers;
  }

  private static PublisherConfig read(Settings entry, Bounds most) {
    String name = entry.required("name");
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw entry.bad("name", "must be 1 to 64 characters of A-Z a-z 0-9 _ -");
    }
    Optional<String> client = entry.text("client-id");
    Optional<SchemeName> scheme = SchemeConfig.name(entry);
    Optional<HookConfig> hook = hook(entry, name, scheme);
    if (client.isEmpty() && hook.isEmpty()) {
      throw entry.bad("scheme", "either a scheme with its secrets or a client-id is required");
    }
    List<String> tenants = entry.texts("tenants", List.of());
    if (tenants.isEmpty()) {
      throw entry.bad("tenants", "at least one tenant, or \"*\" for all, is required");
    }
    boolean any = tenants.equals(List.of("*"));
    return new PublisherConfig(
        name,
        client,
        hook,
        any,
        Set.copyOf(entry.all("tenants", any ? List.of() : tenants, Tenant::new)),
        entry.all("topics", entry.texts("topics", List.of(">")), TopicPattern::new),
        entry.all("types", entry.texts("types", List.of("*")), TypePattern::new),
        sources(entry),
        bounds(entry, most),
        MappingConfig.read(entry, scheme),
        entry.flag("presence", false));
  }

  private static Optional<HookConfig> hook(
      Settings entry, String name, Optional<SchemeName> scheme) {
    Optional<SchemeConfig> read = SchemeConfig.read(entry, name, scheme);
    Optional<ChallengeConfig> challenge = ChallengeConfig.read(entry, scheme);
    Status accepted = accepted(entry, scheme);
    return read.map(it -> new HookConfig(it, challenge, accepted));
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
      // The operator who writes the key means to bind the publisher, and not to keep it from
      // sending at all.
      throw entry.bad("sources", "names at least one source, or is left out");
    }
    return entry.all("sources", sources, SourcePattern::new);
  }

  private static Bounds bounds(Settings entry, Bounds most) {
    return new Bounds(
        (int) entry.bytes("event-bytes", most.eventBytes(), MIN_EVENT, most.eventBytes()),
        entry.number("batch-events", most.batchEvents(), 1, most.batchEvents()),
        entry.number("per-second", most.perSecond(), 1, most.perSecond()),
        entry.number("new-tenants-per-minute", most.newTenants(), 1, most.newTenants()));
  }

  /** The source of events that name none. */
  String ownSource() {
    return "/publishers/" + name;
  }

  /**
   * Whether this publisher may send events that name no source; not if a mapping gives all of them
   * one.
   */
  private boolean mayOmitSource() {
    boolean any = mapping.filter(it -> it.templates().containsKey("source")).isEmpty();
    return any || (clientId.isPresent() && mapping.flatMap(MappingConfig::forClients).isEmpty());
  }

  /** Whether this publisher may send events in the name of a source. */
  boolean maySendAs(String source) {
    return sources.stream().anyMatch(own -> own.matches(source));
  }

  /** A copy of this configuration, bound to some tenants. */
  PublisherConfig within(Set<Tenant> only) {
    return new PublisherConfig(
        name, clientId, hook, false, only, topics, types, sources, bounds, mapping, presence);
  }
}
