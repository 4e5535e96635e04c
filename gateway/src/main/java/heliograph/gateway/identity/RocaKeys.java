package heliograph.gateway.identity;

import java.math.BigInteger;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Knows RSA keys of the cards and chips whose library made primes of a form that lets them be found
 * from the modulus alone (ROCA, CVE-2017-15361; Nemec and others, <i>The Return of Coppersmith's
 * Attack</i>, CCS 2017, section 2). Whoever finds them signs tokens as the issuer. Any thread.
 *
 * <p>Such primes are {@code k * M + (65537^a mod M)}, where M is the product of the first primes,
 * so modulo each of these they and their product are powers of 65537. Of other moduli about one in
 * 2^27 looks so.
 */
final class RocaKeys {
  private static final int GENERATOR = 65537;

  // The odd ones that every such M has, whatever the length of its keys: the first 39 primes.
  private static final Map<Integer, Set<Integer>> POWERS =
      IntStream.rangeClosed(3, 167)
          .filter(number -> BigInteger.valueOf(number).isProbablePrime(100))
          .boxed()
          .collect(Collectors.toUnmodifiableMap(Function.identity(), RocaKeys::powers));

  private RocaKeys() {}

  private static Set<Integer> powers(int prime) {
    // As many as there are at most.
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
