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
import heliograph.gateway.settings.BadConfiguration;
import io.helidon.http.Status;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A backend that publishes, and what it may publish. Any thread.
 *
 * @param config what the operator wrote of it
 * @param hook what its webhooks are like; empty if it sends none
 * @param mapping how what it sends becomes events; empty if it sends events
 */
public record Publisher(PublisherConfig config, Optional<Hook> hook, Optional<Mapping> mapping) {
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
      return challenge
          .filter(it -> it.config().get())
          .flatMap(it -> it.answer(request, NO_BODY, scheme));
    }

    /**
     * The answer to a POST that is the challenge of its sender; empty if it is none.
     *
     * @param signed whether the scheme has verified the request; only a challenge of that kind is
     *     answered
     */
    public Optional<Challenge.Answer> answer(HookRequest request, byte[] body, boolean signed) {
      return challenge
          .filter(it -> !it.config().get() && it.config().signed() == signed)
          .flatMap(it -> it.answer(request, body, scheme));
    }
  }

  /**
   * Makes a publisher of what the operator wrote.
   *
   * @param clock by which the age of its webhooks is told
   * @param before the publisher of this name in whose place it comes, if there was one: what that
   *     remembers of deliveries stays
   * @throws BadConfiguration if its secrets cannot be read any more
   */
  public static Publisher of(
      PublisherConfig config, InstantSource clock, Optional<Publisher> before) {
    return new Publisher(
        config,
        config
            .hook()
            .map(
                it ->
                    new Hook(
                        it.scheme().name(),
                        it.scheme()
                            .make(
                                config.name(),
                                clock,
                                before.flatMap(Publisher::hook).map(Hook::scheme)),
                        it.challenge().map(Challenge::new),
                        it.accepted())),
        config.mapping().map(Mapping::of));
  }

  /** A publisher of events without webhooks, a mapping or bounds of its own. */
  public Publisher(
      String name,
      boolean anyTenant,
      Set<Tenant> tenants,
      List<TopicPattern> topics,
      List<TypePattern> types) {
    this(
        new PublisherConfig(
            name,
            Optional.empty(),
            Optional.empty(),
            anyTenant,
            tenants,
            topics,
            types,
            List.of(SourcePattern.ALL),
            PublisherConfig.Bounds.NONE,
            Optional.empty(),
            false),
        Optional.empty(),
        Optional.empty());
  }

  /** What the operator calls it. */
  public String name() {
    return config.name();
  }

  /** This publisher as it comes with a bearer token, with the mapping for such requests. */
  public Publisher asClient() {
    return new Publisher(config, hook, mapping.flatMap(Mapping::forClients));
  }

  /** The tenant of events that name none: the one it has, if it has exactly one. */
  public Optional<Tenant> soleTenant() {
    return config.anyTenant() || config.tenants().size() != 1
        ? Optional.empty()
        : Optional.of(config.tenants().iterator().next());
  }

  /**
   * The tenant that a request means which is not about events.
   *
   * @param named the tenant that it names; empty if it names none
   * @throws RelayException INVALID_REQUEST if it has to name one, or names what cannot be a tenant;
   *     NOT_ALLOWED if the tenant is not one of this publisher's
   */
  public Tenant tenant(Optional<String> named) {
    Tenant tenant;
    try {
      tenant = named.map(Tenant::new).or(this::soleTenant).orElseThrow(Publisher::nameless);
    } catch (RelayException why) {
      throw why.as(ErrorCode.INVALID_REQUEST);
    }
    if (!maySendFor(tenant)) {
      throw notAllowed("tenant");
    }
    return tenant;
  }

  private static RelayException nameless() {
    return RelayException.invalid(
        "tenant", "tenant: is required, as the publisher has more than one");
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
        only.stream().filter(this::maySendFor).collect(Collectors.toUnmodifiableSet());
    if (both.isEmpty()) {
      throw new RelayException(
          ErrorCode.NOT_ALLOWED, "the token's issuer does not speak for the publisher's tenants");
    }
    return new Publisher(config.within(both), hook, mapping);
  }

  private boolean maySendFor(Tenant tenant) {
    return config.anyTenant() || config.tenants().contains(tenant);
  }

  /**
   * Checks that this publisher may publish an event.
   *
   * @throws RelayException NOT_ALLOWED naming the member that it may not use
   */
  void check(Event event) {
    if (!maySendFor(event.tenant())) {
      throw notAllowed("tenant");
    }
    if (config.topics().stream().noneMatch(topic -> topic.matches(event.topic()))) {
      throw notAllowed("topic");
    }
    if (config.types().stream().noneMatch(type -> type.matches(event.type()))) {
      throw notAllowed("type");
    }
    if (!config.maySendAs(event.source())) {
      throw notAllowed("source");
    }
  }

  private static RelayException notAllowed(String member) {
    return RelayException.invalid(member, member + ": not one this publisher may use")
        .as(ErrorCode.NOT_ALLOWED);
  }
}
