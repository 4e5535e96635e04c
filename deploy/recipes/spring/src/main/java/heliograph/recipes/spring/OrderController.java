package heliograph.recipes.spring;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The shop over HTTP. A real one would know its users; this one believes what it is told. */
@RestController
class OrderController {
  private final Orders orders;

  OrderController(Orders orders) {
    this.orders = orders;
  }

  @PostMapping("/{tenant}/orders/{order}/payment")
  @ResponseStatus(HttpStatus.CREATED)
  void pay(@PathVariable String tenant, @PathVariable long order, @RequestParam String by) {
    orders.pay(tenant, order, by);
  }

  @GetMapping("/{tenant}/orders/paid")
  long paid(@PathVariable String tenant) {
    return orders.paid(tenant);
  }

  @ExceptionHandler(DuplicateKeyException.class)
  @ResponseStatus(HttpStatus.CONFLICT)
  void paidBefore() {}
}
