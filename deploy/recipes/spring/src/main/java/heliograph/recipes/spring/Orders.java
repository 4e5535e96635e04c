package heliograph.recipes.spring;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The orders in the database. It knows nothing of the relay. */
@Service
class Orders {
  private final JdbcClient database;
  private final ApplicationEventPublisher events;

  Orders(JdbcClient database, ApplicationEventPublisher events) {
    this.database = database;
    this.events = events;
  }

  /**
   * Marks an order as paid. An order that was paid before breaks the table's key, and rolls back.
   */
  @Transactional
  void pay(String tenant, long order, String by) {
    events.publishEvent(new OrderPaid(tenant, order, by));
    database
        .sql("insert into payments (tenant, order_id, paid_by) values (?, ?, ?)")
        .params(tenant, order, by)
        .update();
  }

  /** How many orders of a tenant are paid. */
  long paid(String tenant) {
    return database
        .sql("select count(*) from payments where tenant = ?")
        .param(tenant)
        .query(Long.class)
        .single();
  }
}
