package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.access.SubscribersConfig.SessionConfig;
import heliograph.gateway.http.KnownParameters;
import heliograph.gateway.identity.IdentityConfig;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which credentials of a subscriber's request are read, and who says whose they are. {@code
 * /v1/stream} and the endpoints beside it have the {@link #usual} one. Any thread.
 *
 * @param places where a credential is looked for; what stands elsewhere is ignored
 * @param query the name of the query parameter in which a token may come
 * @param cookie the name of the cookie that is the credential; empty if every cookie may be part of
 *     it, which only an application can tell
 * @param verifier who says whose a credential is
 */
public record CredentialPolicy(
    Set<Place> places, String query, Optional<String> cookie, Verifier verifier) {
  private static final List<String> USUAL_PLACES = List.of("header", "query", "ticket", "cookie");
  private static final Pattern QUERY_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  // RFC 6265, section 4.1.1, has a token of HTTP here.
  private static final Pattern COOKIE_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

  /** Where a request can have a credential. */
  public enum Place {
    /** The headers: {@code Authorization}, and those of a session but {@code Cookie}. */
    HEADER,
    /** The query parameter of the policy's name. */
    QUERY,
    /** The query parameter of tickets. */
    TICKET,
    /** The cookies, which a browser sends by itself. */
    COOKIE
  }

  /** Who says whose a credential is. */
  public sealed interface Verifier {
    /** The keys and secrets of issuers say so of a JWT, and an application of a session. */
    record Issuers() implements Verifier {}

    /**
     * The application that is asked about sessions says so of every credential. A ticket is none of
     * its credentials.
     */
    record Application() implements Verifier {}

    /**
     * Nobody is asked, and no credential is read.
     *
     * @param everybody the claims of every caller
     */
    record Nobody(Claims everybody) implements Verifier {}
  }

  /**
   * Copies the places.
   *
   * @throws IllegalArgumentException if a ticket is to be verified by an application, which knows
   *     none, or the issuers' token could be in any cookie
   */
  public CredentialPolicy {
    places = Set.copyOf(places);
    if (verifier instanceof Verifier.Application && places.contains(Place.TICKET)) {
      throw new IllegalArgumentException("an application knows no tickets");
    }
    if (verifier instanceof Verifier.Issuers && cookie.isEmpty()) {
      throw new IllegalArgumentException("the cookie of a token has a name");
    }
  }

  /** The policy of {@code /v1/stream}: every place, by the names that the operator wrote. */
  public static CredentialPolicy usual(IdentityConfig people) {
    return new CredentialPolicy(
        EnumSet.allOf(Place.class),
        people.queryParameter(),
        Optional.of(people.cookie()),
        new Verifier.Issuers());
  }

  /** The words of {@code token.verify}. */
  private enum Verify {
    ISSUER,
    SESSION,
    NONE
  }

  /**
   * Reads the policy of one stream: the keys {@code token.places}, {@code token.query}, {@code
   * token.cookie} and {@code token.verify}, and the section {@code anonymous}.
   *
   * @param stream the node of the stream, in which {@code token} and {@code anonymous} stand
   * @param people what the operator wrote about issuers, whose names for parameter and cookie hold
   *     where the stream has none
   * @param sessions where an application is asked about sessions, if one is
   * @throws BadConfiguration naming the key at fault
   */
  public static CredentialPolicy read(
      Settings stream, IdentityConfig people, Optional<SessionConfig> sessions) {
    Settings token = stream.section("token");
    Verify verify = token.choice("verify", Verify.ISSUER);
    Set<Place> places = places(token, verify);
    Optional<String> query = name(token, "query", QUERY_NAME);
    Optional<String> cookie = name(token, "cookie", COOKIE_NAME);
    checkUsed(token, "query", query, places.contains(Place.QUERY));
    checkUsed(token, "cookie", cookie, places.contains(Place.COOKIE));
    if (query.filter(KnownParameters::isTaken).isPresent()) {
      throw token.bad("query", "is a parameter with another meaning");
    }
    Optional<Claims> everybody = everybody(stream, verify);
    return switch (verify) {
      case ISSUER ->
          new CredentialPolicy(
              places,
              query.orElse(people.queryParameter()),
              Optional.of(cookie.orElse(people.cookie())),
              new Verifier.Issuers());
      case SESSION -> {
        checkAsked(token, places, cookie, sessions);
        yield new CredentialPolicy(
            places, query.orElse(people.queryParameter()), cookie, new Verifier.Application());
      }
      case NONE ->
          new CredentialPolicy(
              places,
              people.queryParameter(),
              Optional.empty(),
              new Verifier.Nobody(everybody.orElseThrow()));
    };
  }

  private static Set<Place> places(Settings token, Verify verify) {
    List<String> words = token.texts("places", USUAL_PLACES);
    boolean written = token.section("places").exists();
    Set<Place> places = EnumSet.noneOf(Place.class);
    places.addAll(token.all("places", words, CredentialPolicy::place));
    if (written && verify == Verify.NONE) {
      throw token.bad("places", "with verify: none no credential is read");
    }
    if (written && verify == Verify.SESSION && places.contains(Place.TICKET)) {
      throw token.bad("places", "with verify: session no ticket is read: nobody could be asked");
    }
    if (places.isEmpty() || words.size() != places.size()) {
      throw token.bad("places", "must be at least one, and each once");
    }
    return switch (verify) {
      case ISSUER -> places;
      case SESSION -> {
        places.remove(Place.TICKET);
        yield places;
      }
      case NONE -> Set.of();
    };
  }

  private static Place place(String word) {
    return Stream.of(Place.values())
        .filter(place -> place.name().toLowerCase(Locale.ROOT).equals(word))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("must be of " + String.join(", ", USUAL_PLACES)));
  }

  private static Optional<String> name(Settings token, String key, Pattern syntax) {
    Optional<String> name = token.text(key);
    if (name.filter(it -> !syntax.matcher(it).matches()).isPresent()) {
      throw token.bad(key, "must be 1 to 64 characters of those that its names have");
    }
    return name;
  }

  private static void checkUsed(Settings token, String key, Optional<String> name, boolean used) {
    if (name.isPresent() && !used) {
      throw token.bad(key, "is for the place " + key + ", which is not read");
    }
  }

  private static void checkAsked(
      Settings token,
      Set<Place> places,
      Optional<String> cookie,
      Optional<SessionConfig> sessions) {
    if (sessions.isEmpty()) {
      throw token.bad("verify", "session needs relay.identity.session.url");
    }
    boolean passedOn = cookie.isPresent() || sessions.get().forward().contains(HeaderNames.COOKIE);
    if (places.equals(Set.of(Place.COOKIE)) && !passedOn) {
      throw token.bad(
          "cookie", "is required where relay.identity.session.forward does not have Cookie");
    }
  }

  /** The claims of everybody where nobody is asked. */
  private static Optional<Claims> everybody(Settings stream, Verify verify) {
    Settings anonymous = stream.section("anonymous");
    Optional<String> subject = anonymous.text("subject");
    Optional<String> tenant = anonymous.text("tenant");
    List<String> roles = anonymous.texts("roles", List.of());
    if (verify != Verify.NONE) {
      if (anonymous.exists()) {
        throw stream.bad("anonymous", "is for token.verify: none");
      }
      return Optional.empty();
    }
    if (subject.isEmpty() || tenant.isEmpty()) {
      throw anonymous.bad(
          subject.isEmpty() ? "subject" : "tenant", "is required with token.verify: none");
    }
    if (roles.stream().anyMatch(String::isBlank)) {
      throw anonymous.bad("roles", "must not be empty texts");
    }
    return Optional.of(
        new Claims(
            anonymous.required("subject"),
            anonymous.checked("tenant", Tenant::new),
            Set.copyOf(roles),
            List.of(TopicPattern.ALL),
            Instant.MAX,
            Claims.Proof.NONE));
  }

  boolean reads(Place place) {
    return places.contains(place);
  }

  /** Whether a header can be the credential, or a part of it. */
  boolean reads(HeaderName header) {
    return reads(header.equals(HeaderNames.COOKIE) ? Place.COOKIE : Place.HEADER);
  }

  /**
   * Whether a header that the operator wants to be passed on is passed on. Headers that no caller
   * proves itself by are; a credential is only where it was read.
   */
  boolean passes(HeaderName header) {
    boolean credential =
        header.equals(HeaderNames.COOKIE) || header.equals(HeaderNames.AUTHORIZATION);
    return !credential || reads(header);
  }
}
