package heliograph.gateway.identity;

import java.math.BigInteger;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Recognizes RSA keys whose primes can be found from the modulus alone, since a library of smart
 * cards made them in a weak form (ROCA, CVE-2017-15361; Nemec and others, <i>The Return of
 * Coppersmith's Attack</i>, CCS 2017, section 2). Whoever finds the primes can sign tokens as the
 * issuer. Any thread.
 *
 * <p>Such primes are {@code k * M + (65537^a mod M)}, where M is the product of the first primes,
 * so modulo each of these they and their product are powers of 65537. About one in 2^27 other
 * moduli has this form by chance.
 */
final class RocaKeys {
  private static final int GENERATOR = 65537;

  // These are the odd primes among the first 39, which divide every such M whatever the length of
  // its keys.
  private static final Map<Integer, Set<Integer>> POWERS =
      IntStream.rangeClosed(3, 167)
          .filter(number -> BigInteger.valueOf(number).isProbablePrime(100))
          .boxed()
          .collect(Collectors.toUnmodifiableMap(Function.identity(), RocaKeys::powers));

  private RocaKeys() {}

  private static Set<Integer> powers(int prime) {
    // There are at most as many powers as residues.
    return Stream.iterate(1, power -> power * (GENERATOR % prime) % prime)
        .limit(prime)
        .collect(Collectors.toUnmodifiableSet());
  }

  static boolean has(BigInteger modulus) {
    return POWERS.entrySet().stream()
        .allMatch(
            entry ->
                entry
                    .getValue()
                    .contains(modulus.mod(BigInteger.valueOf(entry.getKey())).intValue()));
  }
}
