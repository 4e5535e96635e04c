package heliograph.gateway.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** RSA keys whose primes can be found from the modulus are told from others. */
class RocaKeysTest {
  private static final BigInteger GENERATOR = BigInteger.valueOf(65537);
  // Of the primes of keys of 1984 to 3936 bits: the product of the first 126 primes.
  private static final int PRIMES = 126;

  private final Random random = new Random(17);

  @Test
  void aKeyMadeByTheLibraryOfTheCardsIsNoKeyToVerifyWith() {
    BigInteger modulus = cardPrime().multiply(cardPrime());

    assertTrue(RocaKeys.has(modulus));
    assertEquals(Optional.empty(), parse(modulus));
  }

  @Test
  void aModulusWithOnePrimeOfThatFormIsNotToBeFoundSo() {
    assertFalse(RocaKeys.has(cardPrime().multiply(BigInteger.probablePrime(1024, random))));
  }

  @Test
  void otherKeysAreTaken() {
    for (int i = 0; i < 3; i++) {
      BigInteger modulus =
          BigInteger.probablePrime(1024, random).multiply(BigInteger.probablePrime(1024, random));
      assertFalse(RocaKeys.has(modulus));
      assertTrue(modulus.bitLength() < VerifyingKey.MIN_RSA_BITS || parse(modulus).isPresent());
    }
  }

  /** {@code k * M + (65537^a mod M)}, as the paper has it, of 1024 bits. */
  private BigInteger cardPrime() {
    BigInteger product = BigInteger.TWO;
    BigInteger prime = BigInteger.TWO;
    for (int i = 1; i < PRIMES; i++) {
      prime = prime.nextProbablePrime();
      product = product.multiply(prime);
    }
    while (true) {
      BigInteger k = BigInteger.ONE.shiftLeft(1024).subtract(BigInteger.ONE).divide(product);
      k = k.subtract(new BigInteger(k.bitLength() - 3, random));
      BigInteger power = GENERATOR.modPow(new BigInteger(62, random), product);
      BigInteger candidate = k.multiply(product).add(power);
      if (candidate.bitLength() == 1024 && candidate.isProbablePrime(100)) {
        return candidate;
      }
    }
  }

  private static Optional<VerifyingKey> parse(BigInteger modulus) {
    return VerifyingKey.parse(
        new RSAKey.Builder(Base64URL.encode(modulus), Base64URL.encode(GENERATOR))
            .build()
            .toJSONString());
  }
}
