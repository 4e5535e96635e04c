package heliograph.recipes.spring;

import heliograph.contract.Event;
import heliograph.publisher.EventBuilder;
import heliograph.publisher.PublishException;
import heliograph.publisher.Published;
import heliograph.publisher.Publisher;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import tools.jackson.databind.json.JsonMapper;

/** Tells the relay what was committed. */
@Component
class LiveUpdates {
  private static final Logger LOG = LoggerFactory.getLogger(LiveUpdates.class);

  private final Publisher publisher;
  private final JsonMapper json;

  LiveUpdates(Publisher publisher, JsonMapper json) {
    this.publisher = publisher;
    this.json = json;
  }

  /**
   * Publishes what was committed. Before the commit it could still be rolled back, and then
   * subscribers would have seen what never was. The request does not wait for the relay.
   */
  @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
  void on(OrderPaid paid) {
    Event event =
        EventBuilder.event("/shop", "order.paid", paid.tenant(), "orders." + paid.order())
            .id("paid-" + paid.order())
            .roles(List.of("operator"))
            .json(json.writeValueAsBytes(Map.of("order", paid.order(), "by", paid.by())))
            .build();
    var unused =
        publisher
            .publish(event)
            .whenComplete((published, failure) -> log(event.id(), published, failure));
  }

  private static void log(String id, @Nullable Published published, @Nullable Throwable failure) {
    if (published != null) {
      LOG.info("published {} at {}", id, published.cursor());
    } else if (failure instanceof PublishException refused) {
      LOG.warn("not published {}: {} {}", id, refused.kind(), refused.getMessage());
    }
  }
}
