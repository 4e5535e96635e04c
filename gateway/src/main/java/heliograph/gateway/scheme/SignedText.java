package heliograph.gateway.scheme;

import heliograph.contract.RelayException;
import heliograph.gateway.settings.Places;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a sender signs: fixed text and {@code {body}}, {@code {timestamp}}, {@code {id}}, {@code
 * {url}}, {@code {header:NAME}} or {@code {form}}, each as it came. Any thread.
 */
final class SignedText {

  private static final Pattern VALUE = Pattern.compile("[ -~]{1,1024}");
  private static final String HEADER = "header:";

  private sealed interface Part {
    record Fixed(String text) implements Part {}

    record Body() implements Part {}

    record Form() implements Part {}

    record Timestamp() implements Part {}

    record Id() implements Part {}

    record Url() implements Part {}

    record Header(HeaderName name) implements Part {}
  }

  /**
   * What a request says besides its body and headers.
   *
   * @param timestamp as it is written
   * @param id of the delivery; empty if it has none
   * @param url the address that was called
   */
  record Facts(String timestamp, String id, String url) {}

  private final List<Part> parts = new ArrayList<>();
  private final Set<String> places = new HashSet<>();

  /**
   * @throws IllegalArgumentException saying what is wrong with the template
   */
  SignedText(String template) {
    for (Places.Stretch stretch : Places.of(template)) {
      if (!stretch.fixed().isEmpty()) {
        parts.add(new Part.Fixed(stretch.fixed()));
      }
      stretch.place().ifPresent(this::add);
    }
    if (has("body") == has("form")) {
      throw new IllegalArgumentException(
          "has either {body} or {form}: what is not signed, anybody can change");
    }
  }

  private void add(String place) {
    parts.add(part(place));
    if (!places.add(place)) {
      throw new IllegalArgumentException("has {" + place + "} twice");
    }
  }

  private static Part part(String place) {
    if (place.startsWith(HEADER)) {
      String name = place.substring(HEADER.length());
      if (!SchemeSettings.HEADER.matcher(name).matches()) {
        throw new IllegalArgumentException("{" + place + "} names no header");
      }
      return new Part.Header(HeaderNames.create(name));
    }
    return switch (place) {
      case "body" -> new Part.Body();
      case "form" -> new Part.Form();
      case "timestamp" -> new Part.Timestamp();
      case "id" -> new Part.Id();
      case "url" -> new Part.Url();
      default ->
          throw new IllegalArgumentException(
              "{" + place + "} is none of {body}, {timestamp}, {id}, {url}, {header:NAME}, {form}");
    };
  }

  /** Whether there is such a place, such as {@code timestamp}. */
  boolean has(String place) {
    return places.contains(place);
  }

  /** Whether it has the value of a header. */
  boolean reads(HeaderName name) {
    return parts.stream().anyMatch(part -> part.equals(new Part.Header(name)));
  }

  /**
   * What is signed of a request, in pieces.
   *
   * @throws RelayException BAD_SIGNATURE if something of it is missing or cannot be told
   */
  List<byte[]> of(HookRequest request, byte[] body, Facts facts) {
    List<byte[]> pieces = new ArrayList<>();
    for (Part part : parts) {
      Optional<byte[]> piece =
          switch (part) {
            case Part.Fixed(String text) -> Optional.of(utf8(text));
            case Part.Body() -> Optional.of(body);
            case Part.Form() -> SignedForm.of(request.headers(), body);
            case Part.Timestamp() -> value(facts.timestamp());
            case Part.Id() -> value(facts.id());
            case Part.Url() ->
                Optional.of(facts.url()).filter(url -> !url.isEmpty()).map(SignedText::utf8);
            case Part.Header(HeaderName name) -> value(Scheme.one(request.headers(), name));
          };
      pieces.add(piece.orElseThrow(() -> Scheme.refused(lack(part, request))));
    }
    return pieces;
  }

  private static String lack(Part part, HookRequest request) {
    return switch (part) {
      case Part.Header(HeaderName name) ->
          Scheme.one(request.headers(), name).isEmpty()
              ? Scheme.lack(request.headers(), name)
              : name.lowerCase() + ": cannot be signed, as it is too long or not ASCII";
      case Part.Form() -> "{form}: the body is none that can be read, or of another media type";
      case Part.Id() -> "{id}: no header names the delivery";
      case Part.Timestamp() -> "{timestamp}: is missing";
      case Part.Url() -> "{url}: cannot be told";
      case Part.Fixed _, Part.Body _ -> throw new IllegalStateException("they are always there");
    };
  }

  private static Optional<byte[]> value(String text) {
    return VALUE.matcher(text).matches() ? Optional.of(utf8(text)) : Optional.empty();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
