package heliograph.gateway.intake;

import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.scheme.Challenge;
import heliograph.gateway.scheme.HookRequest;
import heliograph.gateway.scheme.Scheme;
import heliograph.gateway.scheme.SchemeName;
import io.helidon.http.Status;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A backend that publishes, and what it may publish. Any thread.
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
 */
public record Publisher(
    String name,
    Optional<String> clientId,
    Optional<Hook> hook,
    boolean anyTenant,
    Set<Tenant> tenants,
    List<TopicPattern> topics,
    List<TypePattern> types,
    List<SourcePattern> sources,
    Bounds bounds,
    Optional<Mapping> mapping) {

  /**
   * The webhooks of a publisher.
   *
   * @param name the name of the scheme in the configuration
   * @param scheme how a webhook proves who sent it
   * @param challenge what the sender asks before it sends events
   * @param accepted the status that says that events are stored: 202 with what became of each, or
   *     200 or 204 without a body for senders that take nothing else
   */
  public record Hook(
      SchemeName name, Scheme scheme, Optional<Challenge> challenge, Status accepted) {
    private static final byte[] NO_BODY = {};

    /** The answer to a GET that is the challenge of its sender; empty if it is none. */
    public Optional<Challenge.Answer> answer(HookRequest request) {
      return challenge.filter(Challenge::get).flatMap(it -> it.answer(request, NO_BODY, scheme));
    }

    /**
     * The answer to a POST that is the challenge of its sender; empty if it is none.
     *
     * @param signed whether the scheme has verified the request; only a challenge of that kind is
     *     answered
     */
    public Optional<Challenge.Answer> answer(HookRequest request, byte[] body, boolean signed) {
      return challenge
          .filter(it -> !it.get() && it.signed() == signed)
          .flatMap(it -> it.answer(request, body, scheme));
    }
  }

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

  /** A publisher of events without webhooks, a mapping or bounds of its own. */
  public Publisher(
      String name,
      boolean anyTenant,
      Set<Tenant> tenants,
      List<TopicPattern> topics,
      List<TypePattern> types) {
    this(
        name,
        Optional.empty(),
        Optional.empty(),
        anyTenant,
        tenants,
        topics,
        types,
        List.of(SourcePattern.ALL),
        Bounds.NONE,
        Optional.empty());
  }

  /** The source that an event gets which names none. */
  public String ownSource() {
    return "/publishers/" + name;
  }

  /**
   * Whether this publisher may send events that name no source; not if a mapping gives all of them
   * one.
   */
  public boolean mayOmitSource() {
    boolean any = mapping.filter(it -> it.fills("source")).isEmpty();
    boolean client = clientId.isPresent();
    return any || (client && asClient().mapping().filter(it -> it.fills("source")).isEmpty());
  }

  /** This publisher as it comes with a bearer token, with the mapping for such requests. */
  public Publisher asClient() {
    return new Publisher(
        name,
        clientId,
        hook,
        anyTenant,
        tenants,
        topics,
        types,
        sources,
        bounds,
        mapping.flatMap(Mapping::forClients));
  }

  /** Whether this publisher may send events in the name of a source. */
  public boolean maySendAs(String source) {
    return sources.stream().anyMatch(own -> own.matches(source));
  }

  /** The tenant of events that name none: the one it has, if it has exactly one. */
  public Optional<Tenant> soleTenant() {
    return anyTenant || tenants.size() != 1
        ? Optional.empty()
        : Optional.of(tenants.iterator().next());
  }

  /**
   * This publisher, bound to some of its tenants.
   *
   * @param only the tenants; none means all of its tenants
   * @throws RelayException NOT_ALLOWED if it may publish for none of them
   */
  public Publisher within(Set<Tenant> only) {
    if (only.isEmpty()) {
      return this;
    }
    Set<Tenant> both =
        only.stream()
            .filter(tenant -> anyTenant || tenants.contains(tenant))
            .collect(Collectors.toUnmodifiableSet());
    if (both.isEmpty()) {
      throw new RelayException(
          ErrorCode.NOT_ALLOWED, "the token's issuer does not speak for the publisher's tenants");
    }
    return new Publisher(
        name, clientId, hook, false, both, topics, types, sources, bounds, mapping);
  }

  /**
   * Checks that this publisher may publish an event.
   *
   * @throws RelayException NOT_ALLOWED naming the member that it may not use
   */
  void check(Event event) {
    if (!anyTenant && !tenants.contains(event.tenant())) {
      throw notAllowed("tenant");
    }
    if (topics.stream().noneMatch(topic -> topic.matches(event.topic()))) {
      throw notAllowed("topic");
    }
    if (types.stream().noneMatch(type -> type.matches(event.type()))) {
      throw notAllowed("type");
    }
    if (!maySendAs(event.source())) {
      throw notAllowed("source");
    }
  }

  private static RelayException notAllowed(String member) {
    return RelayException.invalid(member, member + ": not one this publisher may use")
        .as(ErrorCode.NOT_ALLOWED);
  }
}
