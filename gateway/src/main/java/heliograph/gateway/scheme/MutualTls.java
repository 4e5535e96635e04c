package heliograph.gateway.scheme;

import heliograph.contract.RelayException;
import heliograph.gateway.crypto.Sha256;
import heliograph.gateway.settings.BadConfiguration;
import io.helidon.config.Config;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * The scheme {@code mtls}: the client certificate of the connection, which the listener has
 * verified against its trust store, belongs to the publisher by its subject or is one of its own.
 * Behind a proxy that ends TLS there is none, and a header with one is not believed. Any thread.
 */
public final class MutualTls implements Scheme {
  private static final byte[] NO_BODY = {};

  private final Set<X500Principal> subjects;
  private final Set<String> fingerprints;

  private MutualTls(Set<X500Principal> subjects, Set<String> fingerprints) {
    this.subjects = subjects;
    this.fingerprints = fingerprints;
  }

  /**
   * @param subjects distinguished names (RFC 4514), compared as X.500 does
   * @param fingerprints SHA-256 of certificates in hexadecimal, with or without colons
   */
  static MutualTls of(List<X500Principal> subjects, List<String> fingerprints) {
    return new MutualTls(Set.copyOf(subjects), Set.copyOf(fingerprints));
  }

  /**
   * A fingerprint in one spelling.
   *
   * @throws IllegalArgumentException if it is none
   */
  static String fingerprint(String text) {
    String digits = text.replace(":", "").toLowerCase(Locale.ROOT);
    if (!digits.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("must be SHA-256 in hexadecimal, with or without colons");
    }
    return digits;
  }

  /**
   * Checks that certificates are verified at all, where a publisher relies on it.
   *
   * @param wanted whether one does
   * @throws BadConfiguration if the listener has no TLS, or trusts every certificate
   */
  public static void check(Config server, boolean wanted) {
    if (!wanted) {
      return;
    }
    if (!server.get("tls").exists()) {
      throw new BadConfiguration("server.tls", "is required for publishers with the scheme mtls");
    }
    if (server.get("tls.trust-all").asBoolean().orElse(false)) {
      throw new BadConfiguration("server.tls.trust-all", "not with the scheme mtls");
    }
  }

  @Override
  public void checkProof(HookRequest request, byte[] body) {
    verify(
        request
            .certificate()
            .orElseThrow(() -> Scheme.refused("the connection has no client certificate")));
  }

  @Override
  public boolean proven(HookRequest request) {
    try {
      checkProof(request, NO_BODY);
      return true;
    } catch (RelayException _) {
      return false;
    }
  }

  /**
   * @throws RelayException BAD_SIGNATURE
   */
  void verify(X509Certificate certificate) {
    try {
      // A connection can outlive the certificate it was opened with.
      certificate.checkValidity();
      boolean known =
          subjects.contains(certificate.getSubjectX500Principal())
              || fingerprints.contains(Sha256.hex(certificate.getEncoded()));
      if (!known) {
        throw Scheme.refused("the client certificate is none of subjects and fingerprints");
      }
    } catch (CertificateException _) {
      throw Scheme.refused("the client certificate is not valid now");
    }
  }
}
