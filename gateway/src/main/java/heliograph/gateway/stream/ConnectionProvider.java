package heliograph.gateway.stream;

import heliograph.contract.Frame;
import heliograph.gateway.wire.RequestingConnection;
import heliograph.gateway.wire.ResponseHead;
import io.helidon.common.GenericType;
import io.helidon.common.media.type.MediaType;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProvider;
import io.helidon.webserver.http.spi.SinkProviderContext;
import java.net.Socket;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Hands a handler the socket under its response; Helidon finds this class as a service. */
// The methods' signatures, with a type parameter in the result alone, are the interface's.
@SuppressWarnings("TypeParameterUnusedInFormals")
public final class ConnectionProvider implements SinkProvider<Frame> {
  static final GenericType<Handed> TYPE = GenericType.create(Handed.class);

  /**
   * The socket under a response, and what of the request matters for a stream on it. It is a sink
   * only because Helidon gives a handler its connection in no other way.
   *
   * @param tls the socket under {@code socket}, where it has TLS
   * @param old whether the client speaks HTTP/1.0
   * @param head what filters have put into the head
   */
  record Handed(HelidonSocket socket, @Nullable Socket tls, boolean old, ResponseHead head)
      implements Sink<Frame> {
    Connection connection(LongSupplier nanos) {
      Connection connection = new Connection(socket, tls, head, nanos);
      if (old) {
        connection.withoutChunks();
      }
      return connection;
    }

    /** Not used: a stream's frames are written by {@link Connection}, which times its writes. */
    @Override
    public Sink<Frame> emit(Frame frame) {
      throw new UnsupportedOperationException("frames are written by Connection");
    }

    /** Closes nothing: the {@link Connection} made of this closes the socket. */
    @Override
    public void close() {}
  }

  @Override
  public boolean supports(GenericType<? extends Sink<?>> type, ServerRequest request) {
    return TYPE.equals(type);
  }

  @Override
  @SuppressWarnings("unchecked") // supports() admits no other type than the one made here.
  public <X extends Sink<Frame>> X create(SinkProviderContext context) {
    // Helidon knows a connection by what TimedConnections gave it.
    RequestingConnection requesting = (RequestingConnection) context.connectionContext();
    return (X)
        new Handed(
            requesting.serverSocket(),
            requesting.tls(),
            requesting.isOld(),
            ResponseHead.of(Status.OK_200, context.serverResponse().headers()));
  }

  @Override
  @SuppressWarnings("removal") // The interface still demands it; nothing calls it any more.
  public <X extends Sink<Frame>> X create(
      ServerResponse response, BiConsumer<Object, MediaType> consumer, Runnable close) {
    throw new UnsupportedOperationException("needs the connection");
  }
}
