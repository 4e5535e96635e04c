package heliograph.gateway.publish;

import heliograph.gateway.intake.Publisher;
import heliograph.gateway.scheme.HookRequest;
import heliograph.gateway.scheme.Scheme;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * Answers senders that ask by GET whether a publisher owns the address of a webhook. The answer
 * does not say whether the name or the question was wrong. Any thread.
 */
final class ChallengeHandler {
  private final Publishers publishers;

  ChallengeHandler(Publishers publishers) {
    this.publishers = publishers;
  }

  void register(HttpRules rules) {
    if (publishers.anyAsking()) {
      rules.get(PublishHandler.HOOKS, this::answer);
      if (publishers.anyMapping()) {
        rules.get(PublishHandler.HOOKS_OF_TENANT, this::answer);
      }
    }
  }

  private void answer(ServerRequest request, ServerResponse response) {
    HookRequest asked = publishers.asked(request);
    publishers
        .signing(request)
        .flatMap(Publisher::hook)
        .flatMap(hook -> hook.answer(asked))
        .orElseThrow(Scheme::refused)
        .send(response);
  }
}
