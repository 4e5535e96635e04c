package heliograph.strangers;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.jspecify.annotations.Nullable;

/** okhttp-sse, which does not reconnect, and the loop that its users write around it. */
final class OkHttpLoop extends EventSourceListener {
  private static final int NO_CONTENT = 204;
  private static final int RETRY_MS = 200;

  private final OkHttpClient client = new OkHttpClient();
  private final String url;
  private final Application application;

  // One call at a time has the listener.
  private @Nullable String lastId;

  OkHttpLoop(String url, Application application) {
    this.url = url;
    this.application = application;
  }

  void open() {
    var request = new Request.Builder().url(url);
    if (lastId != null) request.header("Last-Event-ID", lastId);
    EventSources.createFactory(client).newEventSource(request.build(), this);
  }

  @Override
  public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
    // It is kept by the client from frame to frame of a connection, and no longer.
    if (id != null) lastId = id;
    application.event(type, data, id);
  }

  @Override
  public void onClosed(EventSource source) {
    again();
  }

  @Override
  public void onFailure(
      EventSource source, @Nullable Throwable error, @Nullable Response response) {
    if (response != null && response.code() == NO_CONTENT) {
      application.gone("204");
    } else {
      again();
    }
  }

  private void again() {
    var _ =
        CompletableFuture.runAsync(
            this::open, CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS));
  }
}
