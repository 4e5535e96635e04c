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
 * A backend that calls us, and what it may publish. Any thread.
 *
 * @param config what the operator wrote of it
 * @param hook what its webhooks are like; empty if it sends none
 * @param mapping how what it sends becomes events; empty if it sends events
 */
public record Publisher(PublisherConfig config, Optional<Hook> hook, Optional<Mapping> mapping) {
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
      return challenge
          .filter(it -> it.config().get())
          .flatMap(it -> it.answer(request, NO_BODY, scheme));
    }

    /**
     * What is to be sent back to a POST that is the challenge of its sender.
     *
     * @param signed whether the scheme has verified it; only a challenge of that kind is answered
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
   * @throws BadConfiguration if its secrets cannot be read any more
   */
  public static Publisher of(PublisherConfig config, InstantSource clock) {
    return new Publisher(
        config,
        config
            .hook()
            .map(
                it ->
                    new Hook(
                        it.scheme().name(),
                        it.scheme().make(config.name(), clock),
                        it.challenge().map(Challenge::new),
                        it.accepted())),
        config.mapping().map(Mapping::of));
  }

  /** One that sends events, as much as any. */
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
            Optional.empty()),
        Optional.empty(),
        Optional.empty());
  }

  /** What the operator calls it. */
  public String name() {
    return config.name();
  }

  /** The same publisher, as it comes with a bearer token. */
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
   * @throws RelayException NOT_ALLOWED naming the member, if the event is out of bounds
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
