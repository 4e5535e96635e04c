package heliograph.gateway.scheme;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/** Reads how a publisher's webhooks prove themselves. One thread. */
public final class SchemeSettings {
  /** What the name of a header looks like. */
  public static final Pattern HEADER = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** What the name of a parameter looks like. */
  static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  private SchemeSettings() {}

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
   * Reads how a publisher proves itself.
   *
   * @throws BadConfiguration naming the key at fault
   */
  public static Optional<Scheme> read(Settings entry, String publisher, Optional<SchemeName> name) {
    List<String> secrets = entry.texts("secrets", List.of());
    List<String> files = entry.texts("secret-files", List.of());
    HmacSettings hmac = HmacSettings.read(entry, name);
    Optional<StaticToken.Place> place = place(entry, name);
    Optional<Scheme> certificate = certificate(entry, name);
    if (certificate.isPresent()) {
      if (!secrets.isEmpty() || !files.isEmpty()) {
        throw entry.bad("secrets", "the scheme mtls has none");
      }
      return certificate;
    }
    if (name.isEmpty()) {
      if (!secrets.isEmpty() || !files.isEmpty()) {
        throw entry.bad("scheme", "is required beside secrets: one of " + SchemeName.words());
      }
      return Optional.empty();
    }
    if (secrets.isEmpty() && files.isEmpty()) {
      throw entry.bad("secrets", "at least one secret is required, here or in secret-files");
    }
    hmac.warn(publisher);
    Function<List<String>, Scheme> maker =
        switch (name.get()) {
          case STANDARD_WEBHOOKS -> StandardWebhooks::of;
          case TOKEN ->
              texts -> StaticToken.of(texts, place.orElse(new StaticToken.Place.Bearer()));
          case GITLAB -> texts -> GitlabToken.of(texts, hmac.deliveries());
          case HMAC, GITHUB, STRIPE, SLACK -> hmac.maker(InstantSource.system());
          case MTLS -> throw new IllegalStateException("it has no secrets");
        };
    return Optional.of(scheme(entry, publisher, secrets, files, maker));
  }

  private static Scheme scheme(
      Settings entry,
      String publisher,
      List<String> secrets,
      List<String> files,
      Function<List<String>, Scheme> maker) {
    String key = "secrets";
    try {
      // Also beside files: what is wrong here is not the files' fault.
      Optional<Scheme> scheme =
          secrets.isEmpty() ? Optional.empty() : Optional.of(FiledSecrets.scheme(secrets, maker));
      if (files.isEmpty()) {
        return scheme.orElseThrow();
      }
      key = "secret-files";
      List<Path> paths = files.stream().map(Path::of).distinct().toList();
      return new FiledSecrets(publisher, secrets, paths, maker);
    } catch (IllegalArgumentException badSecret) {
      throw entry.bad(key, String.valueOf(badSecret.getMessage()));
    }
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

  /** The header that a key names. */
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

  private static Optional<Scheme> certificate(Settings entry, Optional<SchemeName> name) {
    List<X500Principal> subjects =
        entry.all("subjects", entry.texts("subjects", List.of()), X500Principal::new);
    List<String> fingerprints =
        entry.all("fingerprints", entry.texts("fingerprints", List.of()), MutualTls::fingerprint);
    if (name.filter(SchemeName.MTLS::equals).isPresent()) {
      if (subjects.isEmpty() && fingerprints.isEmpty()) {
        throw entry.bad("subjects", "at least one, or one of fingerprints, is required");
      }
      return Optional.of(MutualTls.of(subjects, fingerprints));
    }
    if (!subjects.isEmpty() || !fingerprints.isEmpty()) {
      throw entry.bad(subjects.isEmpty() ? "fingerprints" : "subjects", "is for the scheme mtls");
    }
    return Optional.empty();
  }

  /**
   * The headers with what proves a publisher's requests. An event that had one would give its
   * subscribers the key itself, or with the body, which they see, a whole signed request.
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
