package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A JWS in compact form (RFC 7515 section 7.1), taken apart and not yet believed. Read so that no
 * other reader could read it otherwise: base64url in its one spelling, JSON with each name once.
 * Any thread.
 */
public final class SignedToken {
  /** The longest token, in characters (RFC 8725 leaves it to us). */
  public static final int MAX_LENGTH = 8 * 1024;

  // Headers by which a token would choose its key or change the rules: keys are the issuer's
  // (RFC 8725 section 3.10), and extensions (RFC 7515 section 4.1.11, RFC 7797) are not known here.
  private static final List<String> REFUSED_HEADERS =
      List.of("crit", "b64", "jwk", "jku", "x5u", "x5c");

  private final JsonNode header;
  private final JsonNode payload;
  private final byte[] content;
  private final String signature;

  private SignedToken(JsonNode header, JsonNode payload, byte[] content, String signature) {
    this.header = header;
    this.payload = payload;
    this.content = content;
    this.signature = signature;
  }

  /**
   * @param types what the token may call itself in {@code typ}, in lower case and without {@code
   *     application/}; it may also call itself nothing
   * @throws RelayException BAD_TOKEN
   */
  static SignedToken parse(String token, Set<String> types) {
    if (token.length() > MAX_LENGTH) {
      throw bad("the token is over " + MAX_LENGTH + " characters");
    }
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      throw malformed();
    }
    JsonNode header = object(parts[0]);
    for (String name : REFUSED_HEADERS) {
      if (header.has(name)) {
        throw bad("the token has the header " + name);
      }
    }
    checkType(header, types);
    checkAlgorithm(header);
    decode(parts[2]);
    return new SignedToken(
        header,
        object(parts[1]),
        token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII),
        parts[2]);
  }

  /** RFC 8725 section 3.11: a token made for something else does not serve here. */
  private static void checkType(JsonNode header, Set<String> types) {
    if (!header.has("typ")) {
      return;
    }
    String type =
        header
            .get("typ")
            .stringValueOpt()
            .orElseThrow(SignedToken::malformed)
            .toLowerCase(Locale.ROOT);
    String prefix = "application/";
    if (!types.contains(type.startsWith(prefix) ? type.substring(prefix.length()) : type)) {
      throw bad("the token's typ is not one that is taken here");
    }
  }

  private static void checkAlgorithm(JsonNode header) {
    if (!VerifyingKey.ALGORITHMS.contains(header.path("alg").stringValue(""))) {
      throw bad(
          "the token's algorithm is not one of "
              + String.join(", ", VerifyingKey.ALGORITHMS.stream().sorted().toList()));
    }
  }

  private static JsonNode object(String part) {
    try {
      return JsonTree.object(decode(part));
    } catch (RelayException _) {
      throw malformed();
    }
  }

  private static byte[] decode(String part) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(part);
      // The decoder lets padding and spare bits pass, so one token could be spelt in many ways.
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part)) {
        return bytes;
      }
    } catch (IllegalArgumentException _) {
      // Refused below, like another spelling.
    }
    throw malformed();
  }

  /** Its {@code alg}, which is only what the token says. */
  String algorithm() {
    return header.path("alg").stringValue("");
  }

  /** Its {@code kid}: the name of a key, looked up among the issuer's and used for nothing else. */
  Optional<String> keyId() {
    if (!header.has("kid")) {
      return Optional.empty();
    }
    return Optional.of(header.get("kid").stringValueOpt().orElseThrow(SignedToken::malformed));
  }

  JsonNode payload() {
    return payload;
  }

  /** What is signed. */
  byte[] content() {
    return content;
  }

  /** In base64url. */
  String signature() {
    return signature;
  }

  static RelayException malformed() {
    return bad("the token is malformed");
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }
}
