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
 * A JWS in compact form (RFC 7515, section 7.1), taken apart and not verified yet. It is read so
 * strictly that no other reader could read it differently: base64url in its one spelling, JSON with
 * each name once. Any thread.
 */
public final class SignedToken {
  /** The longest token, in characters; RFC 8725 leaves the bound to us. */
  public static final int MAX_LENGTH = 8 * 1024;

  // By these headers a token would choose its key or change the rules. Keys are the issuer's (RFC
  // 8725, section 3.10), and the relay knows no extensions (RFC 7515, section 4.1.11; RFC 7797).
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
   * Takes a token apart.
   *
   * @param types the values that {@code typ} may have, in lower case and without {@code
   *     application/}; it may also be missing
   * @throws RelayException BAD_TOKEN if it is malformed, too long, or of another type
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
    decode(parts[2]);
    return new SignedToken(
        header,
        object(parts[1]),
        token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII),
        parts[2]);
  }

  /** Refuses a token that was made for something else (RFC 8725, section 3.11). */
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
      // The decoder ignores padding and spare bits, so one token could be spelt in many ways.
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part)) {
        return bytes;
      }
    } catch (IllegalArgumentException _) {
      // It is refused below, like another spelling.
    }
    throw malformed();
  }

  /** The {@code alg} of the token, which is not verified. */
  String algorithm() {
    return header.path("alg").stringValue("");
  }

  /**
   * The {@code kid} of the token: the name of a key, which is looked up among the issuer's keys and
   * used for nothing else.
   */
  Optional<String> keyId() {
    if (!header.has("kid")) {
      return Optional.empty();
    }
    return Optional.of(header.get("kid").stringValueOpt().orElseThrow(SignedToken::malformed));
  }

  JsonNode payload() {
    return payload;
  }

  /** The bytes that are signed. */
  byte[] content() {
    return content;
  }

  /** The signature in base64url. */
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
