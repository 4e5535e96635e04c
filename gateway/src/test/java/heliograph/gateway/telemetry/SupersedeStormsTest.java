package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Tenant;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An operator is told of each storm once, by its profile and tenant. */
class SupersedeStormsTest {
  private static final Logger LOGGER = Logger.getLogger("heliograph");

  private final List<String> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          lines.add(MessageFormat.format(record.getMessage(), record.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    LOGGER.removeHandler(handler);
  }

  @Test
  void eachIsCountedAndLogged() {
    List<String> counted = new ArrayList<>();
    SupersedeStorms storms = new SupersedeStorms(counted::add);
    storms.began("wishlist", new Tenant("acme"));
    storms.began("wishlist", new Tenant("acme"));
    storms.began("feed", new Tenant("globex"));

    assertEquals(List.of("wishlist", "wishlist", "feed"), counted);
    assertEquals(
        List.of(
            "supersede-storm profile=wishlist tenant=acme",
            "supersede-storm profile=wishlist tenant=acme",
            "supersede-storm profile=feed tenant=globex"),
        lines);
  }
}
