package heliograph.gateway;

import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The schemes, by the words under which the configuration has them. */
enum SchemeName {
  STANDARD_WEBHOOKS,
  TOKEN,
  GITHUB,
  STRIPE,
  GITLAB,
  SLACK,
  MTLS;

  static Optional<SchemeName> of(String word) {
    return Arrays.stream(values()).filter(name -> name.word().equals(word)).findFirst();
  }

  static String words() {
    return Arrays.stream(values()).map(SchemeName::word).collect(Collectors.joining(", "));
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * What makes a publisher's scheme of its secrets, and makes it again when they change. It throws
   * IllegalArgumentException for a secret that is not fit, without the secret in the message.
   */
  Function<List<String>, Scheme> maker() {
    InstantSource clock = InstantSource.system();
    return switch (this) {
      case STANDARD_WEBHOOKS -> StandardWebhooks::of;
      case TOKEN -> StaticToken::of;
      case GITHUB -> {
        SeenBodies seen = new SeenBodies();
        yield secrets -> new GithubSignature(Hmac.of(secrets), seen);
      }
      case STRIPE -> secrets -> new StripeSignature(Hmac.of(secrets), clock);
      case GITLAB -> GitlabToken::of;
      case SLACK -> secrets -> new SlackSignature(Hmac.of(secrets), clock);
      case MTLS ->
          _ -> {
            throw new IllegalArgumentException("the scheme mtls has no secrets");
          };
    };
  }
}
