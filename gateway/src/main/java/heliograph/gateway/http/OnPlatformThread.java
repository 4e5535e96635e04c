package heliograph.gateway.http;

import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Answers requests under one path on platform threads, because their handlers look into jars, which
 * no virtual thread may do ({@code FirstUse} says why). There are at most as many such threads as
 * the listener has connections. Any thread.
 *
 * @param path the beginning of the paths
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
      // The handler still runs and writes to the connection, on which nothing else may go on.
      throw new CloseConnectionException("the relay is stopping");
    }
    switch (failure.get()) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }
}
