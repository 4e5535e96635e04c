package heliograph.gateway.access;

import heliograph.contract.TopicPattern;
import heliograph.gateway.access.AskedOnce.Answer;
import heliograph.gateway.access.SubscribersConfig.RuleConfig;
import heliograph.gateway.wire.Watchdog;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Asks one server who may see some topics, and keeps its answers for a while. Any thread. */
final class TopicRule {
  /** How long a denial or a missing answer is remembered. */
  static final Duration KEEP_DENIED = Duration.ofSeconds(1);

  private final RuleConfig config;
  private final Upstream upstream;
  private final AskedOnce<UpstreamMeaning> questions;

  /**
   * Makes a rule that has asked nothing yet.
   *
   * @param name the rule's place in the configuration, by which the log names it
   * @param nanos a clock of elapsed nanoseconds
   */
  TopicRule(String name, RuleConfig config, Watchdog watchdog, LongSupplier nanos) {
    this.config = config;
    this.upstream = new Upstream(name, config.timeout(), UpstreamMeaning::ofTopic, nanos);
    this.questions =
        new AskedOnce<>(
            config.timeout(), Answer.none(UpstreamMeaning.ILL, KEEP_DENIED), watchdog, nanos);
  }

  /** Whether it is written so. */
  boolean isOf(RuleConfig other) {
    return config.equals(other);
  }

  Duration ttl() {
    return config.ttl();
  }

  boolean concerns(TopicPattern topic) {
    return config.topics().overlaps(topic);
  }

  /**
   * The address at which to ask about a topic; empty if the topic lacks a segment that the address
   * needs, in which case nobody may see it.
   */
  Optional<URI> address(TopicPattern topic) {
    return config.url().of(topic);
  }

  /** The address at which to ask about the path of a profile, which has all that is needed. */
  URI addressAt(Map<String, String> path) {
    return config.url().of(path).orElseThrow();
  }

  /** Whom it asks. */
  Upstream upstream() {
    return upstream;
  }

  /** The headers that go with a question about this caller. */
  PassedHeaders passed(ServerRequestHeaders request, Caller caller) {
    List<HeaderName> forward = config.forward();
    PassedHeaders own =
        PassedHeaders.of(request, forward.stream().filter(caller.passes()).toList());
    return config
        .token()
        .or(() -> forward.contains(HeaderNames.AUTHORIZATION) ? caller.token() : Optional.empty())
        .map(it -> own.with(HeaderNames.AUTHORIZATION, "Bearer " + it))
        .orElse(own);
  }

  AskedOnce<UpstreamMeaning>.Waiting ask(Party.Known caller, URI address, PassedHeaders passed) {
    return questions.ask(
        address + " " + passed.hash(),
        caller,
        () -> {
          UpstreamMeaning meaning = upstream.ask(caller, address, passed).meaning();
          return switch (meaning) {
            case ALLOWED -> Answer.of(caller, meaning, config.ttl());
            case DENIED, UNANSWERABLE -> Answer.refusal(meaning, KEEP_DENIED);
            case LATER, UNUSABLE, ILL -> Answer.none(meaning, KEEP_DENIED);
          };
        });
  }
}
