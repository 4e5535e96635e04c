package heliograph.strangers;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/** Spring's WebClient with its own decoder; what ends is subscribed to again, as Reactor has it. */
final class SpringLoop {
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENTS =
      new ParameterizedTypeReference<>() {};

  private final URI url;
  private final Application application;

  // The one subscription has it.
  private @Nullable String lastId;

  private SpringLoop(String url, Application application) {
    this.url = URI.create(url);
    this.application = application;
  }

  static void open(String url, Application application) {
    var loop = new SpringLoop(url, application);
    var _ =
        Flux.defer(loop::connect)
            .doOnNext(loop::event)
            .repeatWhen(ends -> ends.delayElements(RETRY))
            .retryWhen(
                Retry.fixedDelay(Long.MAX_VALUE, RETRY)
                    .filter(error -> !(error instanceof NotAgain)))
            .subscribe(_ -> {}, _ -> application.gone("204"));
  }

  private Flux<ServerSentEvent<String>> connect() {
    return WebClient.create()
        .get()
        .uri(url)
        .headers(
            headers -> {
              if (lastId != null) headers.set("Last-Event-ID", lastId);
            })
        .exchangeToFlux(SpringLoop::body);
  }

  private static Flux<ServerSentEvent<String>> body(ClientResponse answer) {
    return answer.statusCode() == HttpStatus.NO_CONTENT
        ? Flux.error(new NotAgain())
        : answer.bodyToFlux(EVENTS);
  }

  private void event(ServerSentEvent<String> event) {
    if (event.id() != null) lastId = event.id();
    application.event(event.event(), event.data(), event.id());
  }

  @SuppressWarnings("serial") // It goes nowhere.
  private static final class NotAgain extends RuntimeException {}
}
