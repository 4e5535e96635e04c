package heliograph.gateway.access;

import heliograph.contract.TopicPattern;
import heliograph.gateway.access.AskedOnce.Answer;
import heliograph.gateway.access.SubscribersConfig.RuleConfig;
import heliograph.gateway.wire.Watchdog;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** One server that is asked who may see some topics, and what it answered lately. Any thread. */
final class TopicRule {
  /** How long it is remembered that a topic was denied, or that no answer came. */
  static final Duration KEEP_DENIED = Duration.ofSeconds(1);

  private final RuleConfig config;
  private final Upstream upstream;
  private final AskedOnce<UpstreamMeaning> answers;

  /**
   * @param number in the order of the configuration, from 0; its name in the log
   */
  TopicRule(int number, RuleConfig config, Watchdog watchdog, LongSupplier nanos) {
    this.config = config;
    this.upstream =
        new Upstream("authorize." + number, config.timeout(), UpstreamMeaning::ofTopic, nanos);
    this.answers =
        new AskedOnce<>(
            config.timeout(), Answer.none(UpstreamMeaning.ILL, KEEP_DENIED), watchdog, nanos);
  }

  Duration ttl() {
    return config.ttl();
  }

  boolean concerns(TopicPattern topic) {
    return config.topics().overlaps(topic);
  }

  /** Where to ask about a topic; none if there is nothing to ask, and so nobody may see it. */
  Optional<URI> address(TopicPattern topic) {
    return config.url().of(topic);
  }

  /**
   * What goes with a question of this caller.
   *
   * @param token its token, wherever it came from
   */
  PassedHeaders forwarded(ServerRequestHeaders request, Optional<String> token) {
    PassedHeaders own = PassedHeaders.of(request, config.forward());
    return config
        .token()
        .or(() -> config.forward().contains(HeaderNames.AUTHORIZATION) ? token : Optional.empty())
        .map(it -> own.with(HeaderNames.AUTHORIZATION, "Bearer " + it))
        .orElse(own);
  }

  AskedOnce<UpstreamMeaning>.Waiting ask(Party.Known caller, URI address, PassedHeaders forwarded) {
    return answers.ask(
        address + " " + forwarded.hash(),
        caller,
        () -> {
          UpstreamMeaning meaning = upstream.ask(caller, address, forwarded).meaning();
          return switch (meaning) {
            case ALLOWED -> Answer.of(caller, meaning, config.ttl());
            case DENIED, UNANSWERABLE -> Answer.refusal(meaning, KEEP_DENIED);
            case LATER, UNUSABLE, ILL -> Answer.none(meaning, KEEP_DENIED);
          };
        });
  }
}
