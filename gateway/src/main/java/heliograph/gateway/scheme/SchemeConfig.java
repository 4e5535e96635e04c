package heliograph.gateway.scheme;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.SecretFiles;
import heliograph.gateway.settings.Secrets;
import heliograph.gateway.settings.Settings;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/**
 * How a publisher's webhooks prove themselves, as the operator wrote it. Secrets in files are not
 * part of it: they are read when the scheme is made.
 *
 * @param name the name of the scheme
 * @param proof what the scheme has to know of the sender
 * @param secrets the secrets that the configuration itself has
 * @param files the files with further secrets, one on each line
 */
public record SchemeConfig(SchemeName name, Proof proof, Secrets secrets, List<Path> files) {
  /** Matches the name of a header. */
  public static final Pattern HEADER = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** Matches the name of a query parameter. */
  static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  // A scheme that is made only to be checked verifies no request, so it needs no time.
  private static final InstantSource NO_TIME = InstantSource.fixed(Instant.EPOCH);

  /** Copies the paths. */
  public SchemeConfig {
    files = List.copyOf(files);
  }

  /** What a scheme has to know of a sender, besides its secrets. */
  sealed interface Proof {
    /** Nothing, since the standard fixes everything. */
    record Standard() implements Proof {}

    /** Where a request has the key. */
    record Key(StaticToken.Place place) implements Proof {}

    /** Which headers name a delivery, beside GitLab's token. */
    record Gitlab(HmacConfig.Delivery delivery) implements Proof {}

    /** What is signed, and how. */
    record Signature(HmacConfig hmac) implements Proof {}

    /** The certificates that are the publisher's. */
    record Certificate(Set<X500Principal> subjects, Set<String> fingerprints) implements Proof {
      public Certificate {
        subjects = Set.copyOf(subjects);
        fingerprints = Set.copyOf(fingerprints);
      }
    }
  }

  /**
   * Reads the name of the scheme.
   *
   * @param entry the node of a publisher
   * @throws BadConfiguration if no scheme has this name
   */
  public static Optional<SchemeName> name(Settings entry) {
    return entry
        .text("scheme")
        .map(
            word ->
                SchemeName.of(word)
                    .orElseThrow(
                        () -> entry.bad("scheme", "must be one of " + SchemeName.words())));
  }

  /**
   * Reads how a publisher proves itself. Files with secrets are read too, so that a bad one stops
   * the start.
   *
   * @param entry the node of the publisher
   * @param publisher the publisher's name
   * @param name the scheme of the publisher, if it has one
   * @return empty if the publisher sends no webhooks
   * @throws BadConfiguration naming the key at fault
   */
  public static Optional<SchemeConfig> read(
      Settings entry, String publisher, Optional<SchemeName> name) {
    Secrets secrets = Secrets.read(entry, "secrets");
    List<String> files = entry.texts("secret-files", List.of());
    HmacConfig hmac = HmacConfig.read(entry, name);
    Optional<StaticToken.Place> place = place(entry, name);
    Optional<Proof> certificate = certificate(entry, name);
    boolean any = !secrets.isEmpty() || !files.isEmpty();
    if (certificate.isPresent() && any) {
      throw entry.bad("secrets", "the scheme mtls has none");
    }
    if (name.isEmpty()) {
      if (any) {
        throw entry.bad("scheme", "is required beside secrets: one of " + SchemeName.words());
      }
      return Optional.empty();
    }
    if (certificate.isEmpty() && !any) {
      throw entry.bad("secrets", "at least one secret is required, here or in secret-files");
    }
    List<Path> paths = entry.all("secret-files", files, Path::of).stream().distinct().toList();
    Proof proof = certificate.orElseGet(() -> proof(name.get(), hmac, place));
    SchemeConfig read = new SchemeConfig(name.get(), proof, secrets, paths);
    read.check(entry, publisher);
    return Optional.of(read);
  }

  private static Proof proof(SchemeName name, HmacConfig hmac, Optional<StaticToken.Place> place) {
    return switch (name) {
      case STANDARD_WEBHOOKS -> new Proof.Standard();
      case TOKEN -> new Proof.Key(place.orElse(new StaticToken.Place.Bearer()));
      case GITLAB -> new Proof.Gitlab(hmac.delivery());
      case HMAC, GITHUB, STRIPE, SLACK -> new Proof.Signature(hmac);
      case MTLS -> throw new IllegalStateException("it is proved by certificates alone");
    };
  }

  private void check(Settings entry, String publisher) {
    Function<List<String>, Scheme> maker = maker(NO_TIME, Optional.empty());
    String key = "secrets";
    try {
      // These are checked alone first, so that a fault in them is not blamed on the files.
      if (!secrets.isEmpty()) {
        SecretFiles.make(secrets.texts(), maker);
      }
      if (!files.isEmpty()) {
        key = "secret-files";
        new FiledSecrets(publisher, secrets.texts(), files, maker);
      }
    } catch (IllegalArgumentException badSecret) {
      throw entry.bad(key, String.valueOf(badSecret.getMessage()));
    }
  }

  /**
   * Makes the scheme, with the secrets that the files have now.
   *
   * @param publisher the publisher's name
   * @param clock tells the age of a request
   * @param before the scheme of this publisher in whose place it comes, if there was one: what that
   *     remembers of deliveries stays
   * @throws BadConfiguration if a file went bad since it was read
   */
  public Scheme make(String publisher, InstantSource clock, Optional<Scheme> before) {
    if (proof instanceof Proof.Signature(HmacConfig hmac)) {
      hmac.warn(publisher);
    }
    Function<List<String>, Scheme> maker = maker(clock, before);
    if (files.isEmpty()) {
      return SecretFiles.make(secrets.texts(), maker);
    }
    try {
      return new FiledSecrets(publisher, secrets.texts(), files, maker);
    } catch (IllegalArgumentException badSecret) {
      throw new BadConfiguration(
          "relay.publishers", "secret-files of " + publisher + ": " + badSecret.getMessage());
    }
  }

  /** Makes the scheme of secrets, and again when they change. */
  private Function<List<String>, Scheme> maker(InstantSource clock, Optional<Scheme> before) {
    return switch (proof) {
      case Proof.Standard() -> texts -> StandardWebhooks.of(texts, clock);
      case Proof.Key(StaticToken.Place place) -> texts -> StaticToken.of(texts, place);
      case Proof.Gitlab(HmacConfig.Delivery delivery) -> {
        Deliveries deliveries = Deliveries.of(delivery, clock, before);
        yield texts -> GitlabToken.of(texts, deliveries);
      }
      case Proof.Signature(HmacConfig hmac) -> hmac.maker(clock, before);
      case Proof.Certificate(Set<X500Principal> subjects, Set<String> fingerprints) ->
          _ -> new MutualTls(subjects, fingerprints);
    };
  }

  private static Optional<StaticToken.Place> place(Settings entry, Optional<SchemeName> name) {
    Optional<HeaderName> header = header(entry, "header");
    Optional<String> query = entry.text("query");
    if (header.isEmpty() && query.isEmpty()) {
      return Optional.empty();
    }
    String written = header.isPresent() ? "header" : "query";
    if (name.filter(SchemeName.TOKEN::equals).isEmpty()) {
      throw entry.bad(written, "is for the scheme token");
    }
    if (header.isPresent() && query.isPresent()) {
      throw entry.bad("query", "not beside header: a key is in one place");
    }
    if (!query.map(it -> PARAMETER.matcher(it).matches()).orElse(true)) {
      throw entry.bad("query", "must be 1 to 64 characters of A-Z a-z 0-9 _ . -");
    }
    return header
        .<StaticToken.Place>map(StaticToken.Place.Header::new)
        .or(() -> query.map(StaticToken.Place.Query::new));
  }

  /** The header that the operator wrote under a key; empty if the key is left out. */
  static Optional<HeaderName> header(Settings section, String key) {
    return section
        .text(key)
        .map(
            text -> {
              if (!HEADER.matcher(text).matches()) {
                throw section.bad(key, "must be the name of a header");
              }
              return HeaderNames.create(text);
            });
  }

  private static Optional<Proof> certificate(Settings entry, Optional<SchemeName> name) {
    List<X500Principal> subjects =
        entry.all("subjects", entry.texts("subjects", List.of()), X500Principal::new);
    List<String> fingerprints =
        entry.all("fingerprints", entry.texts("fingerprints", List.of()), MutualTls::fingerprint);
    if (name.filter(SchemeName.MTLS::equals).isPresent()) {
      if (subjects.isEmpty() && fingerprints.isEmpty()) {
        throw entry.bad("subjects", "at least one, or one of fingerprints, is required");
      }
      return Optional.of(new Proof.Certificate(Set.copyOf(subjects), Set.copyOf(fingerprints)));
    }
    if (!subjects.isEmpty() || !fingerprints.isEmpty()) {
      throw entry.bad(subjects.isEmpty() ? "fingerprints" : "subjects", "is for the scheme mtls");
    }
    return Optional.empty();
  }

  /**
   * The headers that hold proofs of a publisher's requests. An event that had one would give its
   * subscribers the key itself, or a signature that makes a whole signed request of the body that
   * they see.
   */
  public static Set<HeaderName> proofs(Settings entry) {
    Set<HeaderName> headers = new HashSet<>(StandardWebhooks.SIGNATURES);
    headers.add(GitlabToken.TOKEN);
    headers.addAll(
        List.of(HeaderNames.AUTHORIZATION, HeaderNames.PROXY_AUTHORIZATION, HeaderNames.COOKIE));
    HmacSignature.PRESETS.values().forEach(rules -> headers.add(rules.signature().name()));
    header(entry, "header").ifPresent(headers::add);
    header(entry.section("signature"), "header").ifPresent(headers::add);
    return headers;
  }
}
