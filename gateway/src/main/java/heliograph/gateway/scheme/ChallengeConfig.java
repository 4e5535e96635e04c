package heliograph.gateway.scheme;

import heliograph.gateway.json.Pointers;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.SecretFiles;
import heliograph.gateway.settings.Secrets;
import heliograph.gateway.settings.Settings;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a sender asks of an address before it sends events there, as the operator wrote it.
 *
 * @param get whether it comes as a GET; else it comes as a POST
 * @param signed whether the scheme has to prove the challenge, as it proves any other request
 * @param from the place of the text that is to be sent back
 * @param when the conditions that make a request a challenge
 * @param token the key that the sender has to know; empty for none
 * @param form the form of the answer
 */
public record ChallengeConfig(
    boolean get,
    boolean signed,
    RequestPlace from,
    List<Condition> when,
    Optional<Token> token,
    Form form) {
  /** Copies the conditions. */
  public ChallengeConfig {
    when = List.copyOf(when);
  }

  /** A place that has to have this text. */
  record Condition(RequestPlace place, String text) {}

  /** A place that has to have one of these keys. */
  record Token(RequestPlace place, Secrets secrets) {}

  /**
   * The form of the answer to a challenge.
   *
   * @param status the status, from 200 to 202
   * @param json the member of the answer that has the text; if empty, the answer is the text alone
   * @param hmac the member that has the text's signature; empty for none
   */
  public record Form(int status, Optional<String> json, Optional<String> hmac) {}

  /** The most conditions. */
  static final int MAX_CONDITIONS = 4;

  private static final String NAME = "[A-Za-z0-9_.-]{1,64}";
  private static final Set<SchemeName> SIGNING =
      EnumSet.of(SchemeName.HMAC, SchemeName.GITHUB, SchemeName.STRIPE, SchemeName.SLACK);

  private static final ChallengeConfig SLACK =
      new ChallengeConfig(
          false,
          true,
          new RequestPlace.Body("/challenge"),
          List.of(new Condition(new RequestPlace.Body("/type"), "url_verification")),
          Optional.empty(),
          new Form(200, Optional.empty(), Optional.empty()));

  private enum Method {
    POST,
    GET
  }

  /**
   * Reads whether a sender asks before it sends, and how.
   *
   * @param entry the node of a publisher
   * @param scheme the scheme of the publisher, if it has one
   * @throws BadConfiguration naming the key at fault
   */
  public static Optional<ChallengeConfig> read(Settings entry, Optional<SchemeName> scheme) {
    Settings challenge = entry.section("challenge");
    boolean get = challenge.choice("method", Method.POST) == Method.GET;
    boolean signed = challenge.flag("signed", !get);
    Optional<RequestPlace> from = place(challenge, "from");
    List<Condition> when = conditions(challenge);
    Optional<Token> token = token(challenge.section("token"));
    Form form =
        new Form(
            challenge.number("status", 200, 200, 202),
            name(challenge, "json"),
            name(challenge, "hmac"));
    if (!challenge.exists()) {
      return scheme.filter(SchemeName.SLACK::equals).map(_ -> SLACK);
    }
    if (scheme.isEmpty()) {
      throw entry.bad("challenge", "is for publishers with a scheme");
    }
    if (from.isEmpty()) {
      throw challenge.bad("from", "is required");
    }
    ChallengeConfig read = new ChallengeConfig(get, signed, from.get(), when, token, form);
    check(challenge, read, SIGNING.contains(scheme.get()));
    return Optional.of(read);
  }

  private static void check(Settings challenge, ChallengeConfig read, boolean signing) {
    if (read.get() && read.signed()) {
      throw challenge.bad("signed", "a GET is not signed");
    }
    boolean body =
        read.from() instanceof RequestPlace.Body
            || read.when().stream().anyMatch(it -> it.place() instanceof RequestPlace.Body);
    if (read.get() && body) {
      throw challenge.bad("from", "a GET has no body");
    }
    if (read.form().hmac().isEmpty()) {
      return;
    }
    if (read.form().json().isEmpty()) {
      throw challenge.bad("hmac", "is for an answer with json");
    }
    if (!signing) {
      throw challenge.bad("hmac", "is for the schemes hmac, github, stripe and slack");
    }
    if (!read.signed()) {
      // The relay would sign whatever anybody asks for, even the body of a webhook.
      throw challenge.bad("hmac", "only where the challenge is signed itself");
    }
  }

  private static List<Condition> conditions(Settings challenge) {
    List<String> texts = challenge.texts("when", List.of());
    if (texts.size() > MAX_CONDITIONS) {
      throw challenge.bad("when", "at most " + MAX_CONDITIONS + " conditions");
    }
    return texts.stream()
        .map(
            text -> {
              int equals = text.indexOf('=');
              if (equals < 0) {
                throw challenge.bad("when", "must be PLACE=TEXT, such as query:hub.mode=subscribe");
              }
              return new Condition(
                  place(challenge, "when", text.substring(0, equals)), text.substring(equals + 1));
            })
        .toList();
  }

  private static Optional<Token> token(Settings token) {
    Optional<RequestPlace> from = place(token, "from");
    Secrets secrets = Secrets.read(token, "secrets");
    if (!token.exists()) {
      return Optional.empty();
    }
    if (from.isEmpty() || from.get() instanceof RequestPlace.Body) {
      throw token.bad("from", "must be query:NAME or header:NAME");
    }
    if (secrets.isEmpty() || secrets.texts().size() > SecretFiles.MAX_SECRETS) {
      throw token.bad("secrets", "from 1 to " + SecretFiles.MAX_SECRETS + " are required");
    }
    try {
      // The keys are made only to be checked: a key that is easily guessed has to stop the start.
      HashedKeys.of(secrets.texts());
    } catch (IllegalArgumentException weak) {
      throw token.bad("secrets", String.valueOf(weak.getMessage()));
    }
    return Optional.of(new Token(from.get(), secrets));
  }

  private static Optional<RequestPlace> place(Settings section, String key) {
    return section.text(key).map(text -> place(section, key, text));
  }

  private static RequestPlace place(Settings section, String key, String text) {
    try {
      RequestPlace place = RequestPlace.of(text);
      if (place instanceof RequestPlace.Body(String pointer)) {
        Pointers.of(List.of(pointer));
      }
      return place;
    } catch (IllegalArgumentException rule) {
      throw section.bad(key, String.valueOf(rule.getMessage()));
    }
  }

  private static Optional<String> name(Settings section, String key) {
    Optional<String> name = section.text(key);
    if (!name.map(it -> it.matches(NAME)).orElse(true)) {
      throw section.bad(key, "must be 1 to 64 characters of A-Z a-z 0-9 _ . -");
    }
    return name;
  }
}
