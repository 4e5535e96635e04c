package heliograph.recipes.spring;

import heliograph.publisher.Credential;
import heliograph.publisher.Publisher;
import java.net.URI;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Starts the shop. */
@SpringBootApplication(proxyBeanMethods = false)
public class ShopApplication {
  /** Starts it with what the environment says. */
  public static void main(String[] arguments) {
    SpringApplication.run(ShopApplication.class, arguments);
  }

  /**
   * One publisher for the process. Spring closes it after the beans that use it, and after the web
   * server has finished its requests: what they published is sent first.
   */
  @Bean(destroyMethod = "close")
  Publisher publisher(
      @Value("${relay.publish-url}") URI address, @Value("${relay.secret}") String secret) {
    return Publisher.to(address, Credential.secret(secret)).open();
  }
}
