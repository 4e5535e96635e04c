package heliograph.strangers;

import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import java.net.URI;

/** okhttp-eventsource of LaunchDarkly, which reconnects by itself. */
final class LaunchDarkly {
  private LaunchDarkly() {}

  static void open(String url, Application application) {
    var source =
        new EventSource.Builder(URI.create(url))
            .errorStrategy(ErrorStrategy.alwaysContinue())
            .build();
    Thread.ofVirtual()
        .start(
            () -> {
              for (MessageEvent event : source.messages()) {
                application.event(event.getEventName(), event.getData(), event.getLastEventId());
              }
              application.gone("end");
            });
  }
}
