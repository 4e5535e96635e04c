package heliograph.gateway.scheme;

import io.helidon.http.HeaderName;
import io.helidon.http.Headers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The header with the signatures of a request, as a sender writes it: one or several, with commas,
 * semicolons or spaces between them, among which there may be members of another kind. Any thread.
 *
 * @param prefix of the entries that are signatures
 */
record SignatureHeader(HeaderName name, String prefix, Encoding encoding) {
  /** The most entries of a header that are looked at. */
  static final int MAX_ENTRIES = 17;

  /** How the bytes of a signature are written. */
  enum Encoding {
    HEX,
    BASE64,
    BASE64URL;

    String encode(byte[] signature) {
      return switch (this) {
        case HEX -> HexFormat.of().formatHex(signature);
        case BASE64 -> Base64.getEncoder().encodeToString(signature);
        case BASE64URL -> Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
      };
    }

    /** Hexadecimal in either case; base64 with its padding and without. */
    private byte[] decode(String text) {
      return switch (this) {
        case HEX -> HexFormat.of().parseHex(text);
        case BASE64 -> Base64.getDecoder().decode(text);
        case BASE64URL -> Base64.getUrlDecoder().decode(text);
      };
    }
  }

  /** What those of its entries are that have the prefix; what cannot be read matches no key. */
  List<byte[]> signatures(Headers headers) {
    List<byte[]> signatures = new ArrayList<>();
    for (String entry : entries(Scheme.one(headers, name))) {
      if (entry.startsWith(prefix)) {
        try {
          signatures.add(encoding.decode(entry.substring(prefix.length())));
        } catch (IllegalArgumentException _) {
          // The next one may be right.
        }
      }
    }
    return signatures;
  }

  /** Why there are no signatures; empty if there are some. */
  Optional<String> fault(Headers headers) {
    String header = Scheme.one(headers, name);
    if (header.isEmpty()) {
      return Optional.of(Scheme.lack(headers, name));
    }
    if (entries(header).stream().noneMatch(entry -> entry.startsWith(prefix))) {
      return Optional.of(name.lowerCase() + ": nothing begins with " + prefix);
    }
    return signatures(headers).isEmpty()
        ? Optional.of(name.lowerCase() + ": not " + encoding.name().toLowerCase(Locale.ROOT))
        : Optional.empty();
  }

  /** The value of a member, {@code NAME=…}; empty if it is missing or repeated. */
  static String member(String header, String name) {
    String before = name + "=";
    List<String> values =
        entries(header).stream()
            .filter(entry -> entry.startsWith(before))
            .map(entry -> entry.substring(before.length()))
            .toList();
    return values.size() == 1 ? values.getFirst() : "";
  }

  private static List<String> entries(String header) {
    return Arrays.stream(header.split("[,; ]+"))
        .filter(entry -> !entry.isEmpty())
        .limit(MAX_ENTRIES)
        .toList();
  }
}
