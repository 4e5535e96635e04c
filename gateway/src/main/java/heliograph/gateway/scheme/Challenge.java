package heliograph.gateway.scheme;

import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.Pointers;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a sender asks of an address before it sends events there: a text is to be sent back. Nothing
 * of such a request is published. Any thread.
 *
 * @param get whether it comes as a GET, and else as a POST
 * @param signed whether the scheme has to prove it, as any other request
 * @param from where the text is
 * @param when what has to be true of the request besides
 * @param token what it has to know; empty for nothing
 * @param form of the answer
 * @param places those of all these that are in the body
 */
public record Challenge(
    boolean get,
    boolean signed,
    RequestPlace from,
    List<Condition> when,
    Optional<Token> token,
    Form form,
    Pointers places) {

  /** The most bytes of a body that is looked at. */
  static final int MAX_BODY = 4096;

  // What a page could be made of stays a text by its media type; what could end a line is none.
  private static final Pattern TEXT = Pattern.compile("[ -~]{1,1024}");
  private static final HeaderName NO_SNIFFING = HeaderNames.create("X-Content-Type-Options");

  /** A place that has to have this text. */
  record Condition(RequestPlace place, String text) {}

  /** A place that has to have one of these keys. */
  record Token(RequestPlace place, HashedKeys keys) {}

  /**
   * The form of the answer to a challenge.
   *
   * @param json the member of the answer that has the text; empty for the text alone
   * @param hmac the member that has the text signed; empty for none
   */
  public record Form(int status, Optional<String> json, Optional<String> hmac) {}

  /** What is to be sent back. */
  public record Answer(int status, String contentType, String text) {
    public void send(ServerResponse response) {
      response
          .status(Status.create(status))
          .header(HeaderNames.CONTENT_TYPE, contentType)
          .header(NO_SNIFFING, "nosniff")
          .send(text);
    }
  }

  Challenge(
      boolean get,
      boolean signed,
      RequestPlace from,
      List<Condition> when,
      Optional<Token> token,
      Form form) {
    this(get, signed, from, when, token, form, places(from, when));
  }

  private static Pointers places(RequestPlace from, List<Condition> when) {
    List<String> pointers = new ArrayList<>();
    Stream.concat(Stream.of(from), when.stream().map(Condition::place))
        .forEach(
            place -> {
              if (place instanceof RequestPlace.Body(String pointer)) {
                pointers.add(pointer);
              }
            });
    return Pointers.of(pointers);
  }

  /**
   * The answer to a request, if it asks.
   *
   * @param body after inflation; empty of a GET
   * @param scheme that signs, where the sender wants to see it
   */
  public Optional<Answer> answer(HookRequest request, byte[] body, Scheme scheme) {
    Pointers.Found found = read(body);
    String text = from.text(request, found);
    boolean asks =
        TEXT.matcher(text).matches()
            && when.stream().allMatch(it -> it.place().text(request, found).equals(it.text()))
            && token.map(it -> it.keys().contains(it.place().text(request, found))).orElse(true);
    return asks ? Optional.of(answer(text, scheme)) : Optional.empty();
  }

  private Answer answer(String text, Scheme scheme) {
    if (form.json().isEmpty()) {
      return new Answer(form.status(), "text/plain", text);
    }
    String json =
        Json.object(
            members -> {
              members.writeStringProperty(form.json().get(), text);
              form.hmac()
                  .ifPresent(
                      name -> members.writeStringProperty(name, scheme.sign(text).orElseThrow()));
            });
    return new Answer(form.status(), "application/json", json);
  }

  /** What the body has at the places; nothing if it is large, or no JSON. */
  private Pointers.Found read(byte[] body) {
    if (places.isEmpty() || body.length > MAX_BODY || !startsJson(body)) {
      return Pointers.Found.NOTHING;
    }
    try {
      return places.read(body);
    } catch (RelayException _) {
      return Pointers.Found.NOTHING;
    }
  }

  // A form is none, which other requests of the same sender may be.
  private static boolean startsJson(byte[] body) {
    return body.length > 0 && (body[0] == '{' || body[0] == '[');
  }
}
