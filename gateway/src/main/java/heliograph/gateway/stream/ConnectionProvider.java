package heliograph.gateway.stream;

import heliograph.contract.Frame;
import io.helidon.common.GenericType;
import io.helidon.common.media.type.MediaType;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProvider;
import io.helidon.webserver.http.spi.SinkProviderContext;
import java.util.function.BiConsumer;

/** Lets a handler have its {@link Connection}; found by Helidon as a service. */
// The methods' signatures, with a type parameter in the result alone, are the interface's.
@SuppressWarnings("TypeParameterUnusedInFormals")
public final class ConnectionProvider implements SinkProvider<Frame> {
  @Override
  public boolean supports(GenericType<? extends Sink<?>> type, ServerRequest request) {
    return Connection.TYPE.equals(type);
  }

  @Override
  @SuppressWarnings("unchecked") // supports() admits no other type than the one made here.
  public <X extends Sink<Frame>> X create(SinkProviderContext context) {
    return (X) new Connection(context);
  }

  @Override
  @SuppressWarnings("removal") // The interface still demands it; nothing calls it any more.
  public <X extends Sink<Frame>> X create(
      ServerResponse response, BiConsumer<Object, MediaType> consumer, Runnable close) {
    throw new UnsupportedOperationException("needs the connection");
  }
}
