package heliograph.gateway.operator;

import heliograph.gateway.crypto.Sha256;
import heliograph.gateway.operator.LoginConfig.TokenConfig;
import heliograph.gateway.settings.SecretFiles;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The tokens by which operators are known. They are kept and compared as hashes, so that neither
 * memory nor the time of a comparison tells of them. Any thread.
 */
final class OperatorTokens {
  /** The shortest token, in characters: 128 random bits in hexadecimal. */
  static final int MIN_LENGTH = 32;

  private final List<Held> held;

  private record Held(String name, Set<Role> roles, SecretFiles<List<byte[]>> hashes) {
    boolean has(byte[] hash) {
      boolean right = false;
      for (byte[] one : hashes.current()) {
        right |= MessageDigest.isEqual(one, hash);
      }
      return right;
    }
  }

  /** Reads the files for the first time. */
  OperatorTokens(List<TokenConfig> tokens) {
    this.held =
        tokens.stream()
            .map(it -> new Held(it.name(), it.roles(), load(it.name(), it.file())))
            .toList();
  }

  /**
   * Reads a file with tokens, one on each line.
   *
   * @throws IllegalArgumentException if it cannot be read or is empty, or a token is too short; the
   *     message has no token
   */
  static SecretFiles<List<byte[]>> load(String name, Path file) {
    return new SecretFiles<>("operator=" + name, List.of(), List.of(file), OperatorTokens::hashes);
  }

  private static List<byte[]> hashes(List<String> tokens) {
    if (tokens.stream().anyMatch(it -> it.length() < MIN_LENGTH)) {
      throw new IllegalArgumentException("a token has at least " + MIN_LENGTH + " characters");
    }
    return tokens.stream().map((Function<String, byte[]>) Sha256::of).toList();
  }

  /** Reads every file again, and takes over what has changed. */
  void reload() {
    held.forEach(it -> it.hashes().reload());
  }

  /** What reads the files again; empty if there is no file. */
  List<Runnable> reloads() {
    return held.isEmpty() ? List.of() : List.of(this::reload);
  }

  /** Whose a token is. */
  static final class Known {
    private final Held holder;
    private final byte[] hash;

    private Known(Held holder, byte[] hash) {
      this.holder = holder;
      this.hash = hash;
    }

    String name() {
      return holder.name();
    }

    Set<Role> roles() {
      return holder.roles();
    }

    /** Whether the token is still in its file. */
    boolean stands() {
      return holder.has(hash);
    }
  }

  /** Whose a token is; empty if it is nobody's. */
  Optional<Known> find(String token) {
    byte[] hash = Sha256.of(token);
    Optional<Known> found = Optional.empty();
    // All are compared, whoever it is.
    for (Held one : held) {
      if (one.has(hash) && found.isEmpty()) {
        found = Optional.of(new Known(one, hash));
      }
    }
    return found;
  }
}
