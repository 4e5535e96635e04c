package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.GatewayConfig.IdentityConfig;
import io.helidon.security.jwt.Jwt;
import io.helidon.security.jwt.JwtValidator;
import io.helidon.security.jwt.SignedJwt;
import io.helidon.security.jwt.jwk.Jwk;
import io.helidon.security.jwt.jwk.JwkEC;
import io.helidon.security.jwt.jwk.JwkKeys;
import io.helidon.security.jwt.jwk.JwkRSA;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The door at which a token becomes verified claims; nothing else makes them. Whatever cannot be
 * read or checked is refused. Any thread.
 */
final class Identity implements AutoCloseable {
  /** The longest token, in characters (RFC 8725 leaves it to us). */
  static final int MAX_TOKEN = 8 * 1024;

  /** How far the clocks of issuer and relay may differ. */
  static final Duration SKEW = Duration.ofSeconds(30);

  // By name, so that a key cannot be used with an algorithm it was not made for, and neither none
  // nor HMAC with a public key as its secret is ever an option (RFC 8725 section 3.1).
  private static final Set<String> ALGORITHMS =
      Set.of("RS256", "RS384", "RS512", "ES256", "ES384", "ES512");

  private final IdentityConfig config;
  private final InstantSource clock;
  private final Map<String, Issuer> issuers;

  Identity(IdentityConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    this.issuers =
        config.issuers().stream()
            .map(Issuer::new)
            .collect(Collectors.toMap(Issuer::name, Function.identity()));
  }

  /** Begins to fetch the issuers' keys. */
  void start() {
    issuers.values().forEach(Issuer::start);
  }

  /** Whether every issuer's keys are here. */
  boolean isReady() {
    return issuers.values().stream().allMatch(Issuer::hasKeys);
  }

  /**
   * Who a subscriber's token says it is.
   *
   * @throws RelayException BAD_TOKEN, EXPIRED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  Claims subscriber(String token) {
    Jwt jwt = verified(token);
    JsonObject payload = jwt.payloadJson();
    String subject =
        jwt.subject()
            .filter(text -> !text.isBlank())
            .orElseThrow(() -> bad("the token has no subject"));
    Instant expires = jwt.expirationTime().orElseThrow(() -> bad("the token has no end"));
    if (!clock.instant().isBefore(expires)) {
      // A stream ends when its token does, so a token within the tolerance would open one that ends
      // at once, and the client would be let in and sent away in turn.
      throw new RelayException(ErrorCode.EXPIRED_TOKEN, "the token's time is over");
    }
    return new Claims(
        subject,
        tenant(payload),
        roles(payload),
        List.of(TopicPattern.ALL),
        expires,
        new Claims.Proof(
            jwt.issuer().orElse(""),
            text(payload.get("sid")),
            jwt.jwtId(),
            jwt.issueTime().orElse(Instant.EPOCH)));
  }

  /**
   * The client that a publisher's token was given to: {@code client_id} (RFC 9068), or {@code azp}.
   *
   * @throws RelayException BAD_TOKEN, EXPIRED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  String client(String token) {
    JsonObject payload = verified(token).payloadJson();
    return text(payload.get("azp"))
        .or(() -> text(payload.get("client_id")))
        .orElseThrow(() -> new RelayException(ErrorCode.NOT_ALLOWED, "the token names no client"));
  }

  private Jwt verified(String token) {
    if (token.length() > MAX_TOKEN) {
      throw bad("the token is over " + MAX_TOKEN + " characters");
    }
    try {
      SignedJwt signed = SignedJwt.parseToken(token);
      Jwt jwt = signed.getJwt();
      String algorithm = jwt.algorithm().orElse("");
      if (!ALGORITHMS.contains(algorithm)) {
        throw bad(
            "the token's algorithm is not one of "
                + String.join(", ", ALGORITHMS.stream().sorted().toList()));
      }
      if (jwt.headerClaim("crit").isPresent()) {
        throw bad("the token has critical headers");
      }
      Issuer issuer = issuers.get(jwt.issuer().orElse(""));
      if (issuer == null) {
        throw bad("the token's issuer is not one of ours");
      }
      checkSignature(signed, issuer.keys());
      checkTimes(jwt);
      checkAddressee(jwt, issuer);
      return jwt;
    } catch (RelayException refusal) {
      throw refusal;
    } catch (RuntimeException _) {
      // The library reports a token it cannot read in many ways, some with the token in the
      // message. All of them mean the same, and none is passed on.
      throw bad("the token is malformed");
    }
  }

  private static void checkSignature(SignedJwt signed, JwkKeys keys) {
    Optional<String> keyId = signed.getJwt().keyId();
    // Without a key id there is no choice to make only where there is one key.
    Optional<Jwk> key =
        keyId.isPresent()
            ? keys.forKeyId(keyId.get())
            : Optional.of(keys.keys()).filter(all -> all.size() == 1).map(List::getFirst);
    Jwk found =
        key.filter(it -> it instanceof JwkRSA || it instanceof JwkEC)
            .orElseThrow(() -> bad("the token's key is not one of its issuer's"));
    JwkKeys only = JwkKeys.builder().addKey(found).build();
    if (!signed.verifySignature(only, found).isValid()) {
      throw bad("the token's signature is wrong");
    }
  }

  private void checkTimes(Jwt jwt) {
    Instant now = clock.instant();
    Instant expires = jwt.expirationTime().orElseThrow(() -> bad("the token has no end"));
    if (!now.isBefore(expires.plus(SKEW))) {
      throw new RelayException(ErrorCode.EXPIRED_TOKEN, "the token's time is over");
    }
    JwtValidator times = JwtValidator.builder().addDefaultTimeValidators(now, SKEW, false).build();
    if (!times.validate(jwt).isValid()) {
      throw bad("the token is not valid yet");
    }
  }

  private static void checkAddressee(Jwt jwt, Issuer issuer) {
    JwtValidator addressee =
        JwtValidator.builder()
            .addIssuerValidator(issuer.name())
            .addAudienceValidator(issuer.audience())
            .build();
    if (!addressee.validate(jwt).isValid()) {
      throw bad("the token is not for this relay");
    }
  }

  private Tenant tenant(JsonObject payload) {
    Optional<JsonValue> claim = at(payload, config.tenantPointer());
    if (claim.isEmpty()) {
      return config
          .defaultTenant()
          .orElseThrow(() -> new RelayException(ErrorCode.NOT_ALLOWED, "the token has no tenant"));
    }
    try {
      return new Tenant(text(claim.get()).orElseThrow(() -> bad("the tenant claim is no text")));
    } catch (RelayException rule) {
      throw bad(rule.detail());
    }
  }

  private Set<String> roles(JsonObject payload) {
    Set<String> roles = new LinkedHashSet<>();
    for (String pointer : config.rolesPointers()) {
      at(payload, pointer).ifPresent(claim -> addRoles(roles, claim));
    }
    return roles;
  }

  private static void addRoles(Set<String> roles, JsonValue claim) {
    List<JsonValue> values = claim instanceof JsonArray array ? array : List.of(claim);
    for (JsonValue value : values) {
      roles.add(text(value).orElseThrow(() -> bad("a roles claim is neither text nor texts")));
    }
  }

  private static Optional<JsonValue> at(JsonObject payload, String pointer) {
    try {
      JsonValue value = Json.createPointer(pointer).getValue(payload);
      return value.getValueType() == JsonValue.ValueType.NULL
          ? Optional.empty()
          : Optional.of(value);
    } catch (JsonException _) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(@org.jspecify.annotations.Nullable JsonValue value) {
    return value instanceof JsonString string ? Optional.of(string.getString()) : Optional.empty();
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }

  @Override
  public void close() {
    issuers.values().forEach(Issuer::close);
  }
}
