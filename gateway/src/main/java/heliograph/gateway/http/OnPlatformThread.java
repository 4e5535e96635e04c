package heliograph.gateway.http;

import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Has requests under one path answered on threads of the platform, because what answers them looks
 * into jars ({@code FirstUse} tells why). There are at most as many as the listener has
 * connections. Any thread.
 */
public record OnPlatformThread(String path) implements Filter {
  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (!request.path().path().startsWith(path)) {
      chain.proceed();
      return;
    }
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .name("heliograph-answer")
            .daemon(true)
            .start(
                () -> {
                  try {
                    chain.proceed();
                  } catch (RuntimeException | Error e) {
                    failure.set(e);
                  }
                });
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new CloseConnectionException("the relay is stopping");
    }
    switch (failure.get()) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }
}
