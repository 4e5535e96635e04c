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
  /**
   * How far a signed timestamp may be from now, earlier or later, unless the operator says
   * otherwise.
   */
  Duration TOLERANCE = Duration.ofMinutes(5);

  /** Matches a timestamp in seconds of Unix time. */
  Pattern SECONDS = Pattern.compile("[0-9]{1,12}");

  /** Matches an id of a delivery that is fit to be part of an event's id. */
  Pattern DELIVERY = Pattern.compile("[!-~]{1,240}");

  /** The reason that operators see if everything is there and well-formed, but proves nothing. */
  String NO_SECRET = "no secret fits: it is another one, or not over what came";

  /**
   * Checks the request over its raw bytes, before anything in it is parsed.
   *
   * @return the id of this delivery, by which a repeated one is recognized; empty if the scheme has
   *     none
   * @throws RelayException BAD_SIGNATURE, with the same detail for every failure, or STALE_REQUEST
   */
  default String verify(HookRequest request, byte[] body) {
    checkProof(request, body);
    // This comes after the proof: only who holds the key learns that the time is wrong.
    checkAge(request);
    return delivery(request, body);
  }

  /**
   * Checks that the publisher has sent the request, at whatever time. Every secret is tried, so
   * that the time it takes tells nothing about them.
   *
   * @throws RelayException BAD_SIGNATURE if no secret proves it
   */
  void checkProof(HookRequest request, byte[] body);

  /**
   * Checks the time at which a request was signed; the request has to be proven already.
   *
   * @return false if the scheme signs no time
   * @throws RelayException STALE_REQUEST if that is too far from now, or BAD_SIGNATURE if the
   *     request does not say when it was signed
   */
  default boolean checkAge(HookRequest request) {
    return false;
  }

  /** The id of a verified request's delivery. The delivery counts as received from now on. */
  default String delivery(HookRequest request, byte[] body) {
    return nextDelivery(request, body);
  }

  /** The id that {@link #delivery} would return; asking for it changes nothing. */
  default String nextDelivery(HookRequest request, byte[] body) {
    return "";
  }

  /**
   * Whether the head of a request proves the publisher already, so that its body need not be
   * received among those of strangers. It decides nothing else: a request that is not proven here
   * is received all the same and verified then, so that nobody learns which names exist.
   *
   * @return false for schemes that sign the body
   */
  default boolean proven(HookRequest request) {
    return false;
  }

  /**
   * Signs a text with the first secret, in the form of the sender's own signatures, for senders
   * that want to see that the relay has the secret.
   *
   * @return empty for schemes that sign nothing
   */
  default Optional<String> sign(String text) {
    return Optional.empty();
  }

  /** What is remembered of its deliveries; empty for schemes that remember nothing. */
  default Optional<Deliveries> deliveries() {
    return Optional.empty();
  }

  /** The one refusal for whatever is wrong with a proof, so that it tells an attacker nothing. */
  static RelayException refused() {
    return new RelayException(
        ErrorCode.BAD_SIGNATURE, "the publisher is unknown or the signature is wrong");
  }

  /**
   * The one refusal for whatever is wrong with a proof, with a reason that operators alone see.
   *
   * @param reason what is wrong, without the secret and without what was presented
   */
  static RelayException refused(String reason) {
    return refused().because(reason);
  }

  /** Says why a header does not have exactly one value. */
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

  /**
   * The value of a header; empty if it is missing, or repeated, since nothing says which value
   * counts.
   */
  static String one(Headers headers, HeaderName name) {
    if (!headers.contains(name)) {
      return "";
    }
    List<String> values = headers.get(name).allValues();
    return values.size() == 1 ? values.getFirst() : "";
  }

  /**
   * Checks a signed timestamp. Call it after the proof, so that only who holds the key learns that
   * the time is wrong.
   *
   * @param header the header that has the timestamp, for the message
   * @param tolerance how far the timestamp may be from now, earlier or later
   * @throws RelayException STALE_REQUEST if it is further from now
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
