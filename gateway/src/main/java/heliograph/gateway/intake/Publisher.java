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
 * A backend that calls us, and what it may publish.
 *
 * @param clientId the {@code azp}, {@code client_id} or {@code appid} of its bearer tokens
 * @param hook what its webhooks are like; empty if it sends none
 * @param anyTenant whether it may publish for every tenant
 * @param tenants the tenants it may publish for, unless it may for every one
 * @param sources in the name of which it may send
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
   * What its webhooks are like.
   *
   * @param name what the configuration calls the scheme
   * @param scheme how they are proved to be its own
   * @param challenge what its sender asks before it sends events
   * @param accepted the status that says that its events are stored: 202 with what became of each,
   *     200 or 204 without a word, for senders that take nothing else
   */
  public record Hook(
      SchemeName name, Scheme scheme, Optional<Challenge> challenge, Status accepted) {
    private static final byte[] NO_BODY = {};

    /** What is to be sent back to a GET that is the challenge of its sender. */
    public Optional<Challenge.Answer> answer(HookRequest request) {
      return challenge.filter(Challenge::get).flatMap(it -> it.answer(request, NO_BODY, scheme));
    }

    /**
     * What is to be sent back to a POST that is the challenge of its sender.
     *
     * @param signed whether the scheme has verified it; only a challenge of that kind is answered
     */
    public Optional<Challenge.Answer> answer(HookRequest request, byte[] body, boolean signed) {
      return challenge
          .filter(it -> !it.get() && it.signed() == signed)
          .flatMap(it -> it.answer(request, body, scheme));
    }
  }

  /**
   * How much a publisher may send; the relay's own limits hold besides.
   *
   * @param eventBytes the most bytes of one event
   * @param batchEvents the most events of one body
   * @param perSecond the most events in a second
   * @param newTenants the most tenants in a minute that the log does not know
   */
  public record Bounds(int eventBytes, int batchEvents, int perSecond, int newTenants) {
    /** None of its own. */
    public static final Bounds NONE =
        new Bounds(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** One that sends events, as much as any. */
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

  /** The source of events that name none. */
  public String ownSource() {
    return "/publishers/" + name;
  }

  /** Whether it may send events that name no source: not if all come of a mapping with one. */
  public boolean mayOmitSource() {
    boolean any = mapping.filter(it -> it.fills("source")).isEmpty();
    boolean client = clientId.isPresent();
    return any || (client && asClient().mapping().filter(it -> it.fills("source")).isEmpty());
  }

  /** The same publisher, as it comes with a bearer token. */
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
   * The same publisher, for some of its tenants.
   *
   * @param only every tenant, if there are none
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
   * @throws RelayException NOT_ALLOWED naming the member, if the event is out of bounds
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
