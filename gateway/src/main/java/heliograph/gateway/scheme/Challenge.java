package heliograph.gateway.scheme;

import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.Pointers;
import heliograph.gateway.scheme.ChallengeConfig.Condition;
import heliograph.gateway.scheme.ChallengeConfig.Form;
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
 * Answers what a sender asks of an address before it sends events there: to send a text back.
 * Nothing of such a request is published. Any thread.
 */
public final class Challenge {
  /** The most bytes of a body that is looked at. */
  static final int MAX_BODY = 4096;

  // The media type keeps a browser from reading the text as a page; characters that could end a
  // line are not allowed.
  private static final Pattern TEXT = Pattern.compile("[ -~]{1,1024}");
  private static final HeaderName NO_SNIFFING = HeaderNames.create("X-Content-Type-Options");

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

  private final ChallengeConfig config;
  private final Optional<HashedKeys> keys;
  private final Pointers places;

  /**
   * Prepares to answer such requests.
   *
   * @param config what the operator wrote
   */
  public Challenge(ChallengeConfig config) {
    this.config = config;
    this.keys = config.token().map(token -> HashedKeys.of(token.secrets().texts()));
    this.places = places(config.from(), config.when());
  }

  /** What the operator wrote. */
  public ChallengeConfig config() {
    return config;
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
   * The answer to a request; empty if the request asks nothing.
   *
   * @param body the body after inflation; empty if the request is a GET
   * @param scheme signs the text, for senders that want to see it signed
   */
  public Optional<Answer> answer(HookRequest request, byte[] body, Scheme scheme) {
    Pointers.Found found = read(body);
    String text = config.from().text(request, found);
    boolean asks =
        TEXT.matcher(text).matches()
            && config.when().stream()
                .allMatch(it -> it.place().text(request, found).equals(it.text()))
            && knows(request, found);
    return asks ? Optional.of(answer(text, scheme)) : Optional.empty();
  }

  private boolean knows(HookRequest request, Pointers.Found found) {
    return config
        .token()
        .map(token -> keys.orElseThrow().contains(token.place().text(request, found)))
        .orElse(true);
  }

  private Answer answer(String text, Scheme scheme) {
    Form form = config.form();
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

  /** What the body has at the places; nothing if it is large, or is no JSON. */
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

  // A form, which other requests of the same sender may have, is no JSON.
  private static boolean startsJson(byte[] body) {
    return body.length > 0 && (body[0] == '{' || body[0] == '[');
  }
}
