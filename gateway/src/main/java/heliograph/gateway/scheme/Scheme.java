package heliograph.gateway.scheme;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderName;
import io.helidon.http.Headers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** How a publisher proves that a webhook is its own. Any thread. */
public interface Scheme {
  /** How far a signed timestamp may be from now, either way, unless the operator says otherwise. */
  Duration TOLERANCE = Duration.ofMinutes(5);

  /** What a timestamp in seconds of Unix time looks like. */
  Pattern SECONDS = Pattern.compile("[0-9]{1,12}");

  /** What an id of a delivery looks like, so that it is fit to be an event's id. */
  Pattern DELIVERY = Pattern.compile("[!-~]{1,240}");

  /** The reason where all is there and of its form, and it is still no proof. */
  String NO_SECRET = "no secret fits: it is another one, or not over what came";

  /**
   * Checks the request over its raw bytes, before anything in it is parsed.
   *
   * @return the id of this delivery, by which a repeated one is known; empty if the scheme has none
   * @throws RelayException BAD_SIGNATURE, the same for every failure, or STALE_REQUEST
   */
  default String verify(HookRequest request, byte[] body) {
    checkProof(request, body);
    // Only who holds the key gets to know that the time is what is wrong.
    checkAge(request);
    return delivery(request, body);
  }

  /**
   * Checks that the publisher has sent the request, at whatever time; every secret is tried, so
   * that the time that it takes tells nothing of them.
   *
   * @throws RelayException BAD_SIGNATURE
   */
  void checkProof(HookRequest request, byte[] body);

  /**
   * Checks when a request was signed that has the proof.
   *
   * @return false if the scheme has no time
   * @throws RelayException STALE_REQUEST, or BAD_SIGNATURE if the request does not say
   */
  default boolean checkAge(HookRequest request) {
    return false;
  }

  /** The id of the delivery of a request that is verified; the delivery has come from now on. */
  default String delivery(HookRequest request, byte[] body) {
    return nextDelivery(request, body);
  }

  /** What that id would be; nothing comes of asking. */
  default String nextDelivery(HookRequest request, byte[] body) {
    return "";
  }

  /**
   * Whether the head of a request proves the publisher already, so that its body need not be
   * received among those of strangers. It decides nothing else: what is not proven here is received
   * all the same and verified then, so that nobody learns from it which names there are.
   *
   * @return false for schemes that sign the body
   */
  default boolean proven(HookRequest request) {
    return false;
  }

  /**
   * Signs a text with the first secret, in the form of the sender's own signatures: for senders
   * that want to see that the relay has it.
   *
   * @return empty for schemes that sign nothing
   */
  default Optional<String> sign(String text) {
    return Optional.empty();
  }

  /** The one answer to whatever is wrong with a proof. */
  static RelayException refused() {
    return new RelayException(
        ErrorCode.BAD_SIGNATURE, "the publisher is unknown or the signature is wrong");
  }

  /**
   * The same, which operators are told more of.
   *
   * @param reason what is wrong, without the secret and without what was presented
   */
  static RelayException refused(String reason) {
    return refused().because(reason);
  }

  /** Why there is no one value of a header. */
  static String lack(Headers headers, HeaderName name) {
    int values = headers.contains(name) ? headers.get(name).valueCount() : 0;
    String what =
        switch (values) {
          case 0 -> "is missing";
          case 1 -> "is empty";
          default -> "comes more than once";
        };
    return name.lowerCase() + ": " + what;
  }

  /** A header's value; empty if it is missing or, as nobody says which one counts, repeated. */
  static String one(Headers headers, HeaderName name) {
    if (!headers.contains(name)) {
      return "";
    }
    List<String> values = headers.get(name).allValues();
    return values.size() == 1 ? values.getFirst() : "";
  }

  /**
   * Checks a timestamp that was signed: only who holds the key gets to know that it is what is
   * wrong.
   *
   * @param header where it stands
   * @param tolerance how far it may be from now, either way
   * @throws RelayException STALE_REQUEST
   */
  static void checkTime(
      HeaderName header, Instant signed, Duration tolerance, InstantSource clock) {
    if (Duration.between(signed, clock.instant()).abs().compareTo(tolerance) > 0) {
      throw new RelayException(
          ErrorCode.STALE_REQUEST,
          header.lowerCase() + ": more than " + tolerance.toSeconds() + " s away from now");
    }
  }
}
