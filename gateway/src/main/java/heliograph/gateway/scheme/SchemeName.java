package heliograph.gateway.scheme;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The schemes, by the words under which the configuration has them. */
public enum SchemeName {
  STANDARD_WEBHOOKS,
  TOKEN,
  HMAC,
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

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
