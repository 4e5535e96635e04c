package heliograph.gateway.access;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import heliograph.gateway.access.Rechecks.Check;
import heliograph.gateway.access.Rechecks.Finding;
import heliograph.gateway.access.Rechecks.Verdict;
import io.helidon.http.ServerRequestHeaders;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks the operator's servers who may see which topics, where they know better than the claims:
 * before a stream opens, and again while it is open. Any thread.
 */
public final class TopicRules {
  /** The most questions of one request. */
  static final int MAX_QUESTIONS = 50;

  /** An open stream is checked again after this many times the shortest ttl. */
  static final int AGAIN = 3;

  /** A stream stays open for this many intervals between checks while no answer comes. */
  static final int GRACE = 3;

  private final List<TopicRule> rules;

  private record Question(TopicRule rule, URI address, PassedHeaders passed) {}

  TopicRules(List<TopicRule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * Asks whether the caller may see the topics, as far as its claims allow them.
   *
   * @return what is to be checked again while the stream is open; empty if no rule concerns the
   *     topics
   * @throws RelayException NOT_ALLOWED if a topic is denied, INVALID_REQUEST if there are too many
   *     questions or one cannot be answered, IDENTITY_UNAVAILABLE if a server cannot be asked now
   */
  public List<Check> admit(Caller caller, ServerRequestHeaders request, List<TopicPattern> asked) {
    return admit(caller, questions(caller, request, asked));
  }

  /**
   * Asks whether the caller may have what is at a path, whatever its topics: each rule once.
   *
   * @param path the variables of the path, which the addresses of the rules may contain
   * @return what is to be checked again while the stream is open; empty if there is no rule
   * @throws RelayException NOT_ALLOWED if that is denied, INVALID_REQUEST if it cannot be answered,
   *     IDENTITY_UNAVAILABLE if a server cannot be asked now
   */
  public List<Check> admitAt(
      Map<String, String> path, Caller caller, ServerRequestHeaders request) {
    return admit(
        caller,
        rules.stream()
            .map(rule -> new Question(rule, rule.addressAt(path), rule.passed(request, caller)))
            .toList());
  }

  private static List<Check> admit(Caller caller, List<Question> questions) {
    if (questions.isEmpty()) {
      return List.of();
    }
    Party.Known party = Party.Known.of(caller.claims());
    switch (look(party, questions)) {
      case ALLOWED -> {
        // The stream may open.
      }
      case DENIED ->
          throw new RelayException(ErrorCode.NOT_ALLOWED, "topic: one of them was denied");
      case UNANSWERABLE ->
          throw new RelayException(
              ErrorCode.INVALID_REQUEST, "topic: one of them cannot be asked about");
      case LATER, UNUSABLE, ILL ->
          throw RelayException.retryAfter(
              ErrorCode.IDENTITY_UNAVAILABLE,
              "who may see one of the topics cannot be asked now",
              TopicRule.KEEP_DENIED);
    }
    Duration again = again(questions);
    return List.of(
        new Check(
            again,
            again.multipliedBy(GRACE),
            () -> new Finding(verdict(look(party, questions)), again)));
  }

  private static Verdict verdict(UpstreamMeaning meaning) {
    return switch (meaning) {
      case ALLOWED -> Verdict.STANDS;
      case DENIED, UNANSWERABLE -> Verdict.GONE;
      case LATER, UNUSABLE, ILL -> Verdict.UNKNOWN;
    };
  }

  private static Duration again(List<Question> questions) {
    return questions.stream()
        .map(it -> it.rule().ttl())
        .min(Duration::compareTo)
        .orElseThrow()
        .multipliedBy(AGAIN);
  }

  private List<Question> questions(
      Caller caller, ServerRequestHeaders request, List<TopicPattern> asked) {
    List<Question> questions = new ArrayList<>();
    if (rules.isEmpty()) {
      return questions;
    }
    Set<TopicPattern> seen = new LinkedHashSet<>();
    for (TopicPattern topic : asked) {
      caller.claims().topics().forEach(own -> own.narrowed(topic).ifPresent(seen::add));
    }
    for (TopicRule rule : rules) {
      PassedHeaders passed = rule.passed(request, caller);
      for (TopicPattern topic : seen) {
        if (rule.concerns(topic)) {
          URI address =
              rule.address(topic)
                  .orElseThrow(
                      () ->
                          new RelayException(
                              ErrorCode.NOT_ALLOWED,
                              "topic: " + topic + " says not enough to be asked for"));
          questions.add(new Question(rule, address, passed));
        }
      }
    }
    if (questions.size() > MAX_QUESTIONS) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "topic: at most " + MAX_QUESTIONS + " that are asked for");
    }
    return questions;
  }

  /**
   * Asks all questions at once. A denial decides over everything else, and then a missing answer.
   */
  private static UpstreamMeaning look(Party.Known party, List<Question> questions) {
    List<AskedOnce<UpstreamMeaning>.Waiting> waiting =
        questions.stream().map(it -> it.rule().ask(party, it.address(), it.passed())).toList();
    UpstreamMeaning all = UpstreamMeaning.ALLOWED;
    try {
      for (AskedOnce<UpstreamMeaning>.Waiting each : waiting) {
        UpstreamMeaning meaning = each.await().value();
        switch (meaning) {
          case DENIED, UNANSWERABLE -> {
            return meaning;
          }
          case LATER, UNUSABLE, ILL -> all = meaning;
          case ALLOWED -> {
            // The meaning stays as the other answers have it.
          }
        }
      }
      return all;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw RelayException.stopping();
    }
  }
}
