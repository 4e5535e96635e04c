package heliograph.gateway.http;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.common.parameters.Parameters;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks the query parameters of the endpoints for subscribers. A parameter that belongs to another
 * endpoint is refused, one that stands twice and counts once, and a name that looks like a known
 * one: who writes {@code topics} would be shown every topic. All other names pass: pages and
 * libraries add some of their own, against caches for example. Any thread.
 */
public final class KnownParameters {
  /** The query parameter of a ticket. */
  public static final String TICKET = "ticket";

  /** The longest name that is taken for a slip, in characters. */
  static final int MAX_LOOKED_AT = 32;

  // Shorter names are too near to many others. With one letter replaced they are nearer still:
  // time, which some add against caches, is one letter from type.
  private static final int SHORTEST = 4;
  private static final int SHORTEST_REPLACED = 5;

  private static final Pattern BRACKETS = Pattern.compile("\\[[^\\]]*+\\]");
  private static final Pattern NEITHER_LETTER_NOR_DIGIT = Pattern.compile("[^a-z0-9]+");

  /** The endpoints for subscribers. */
  public enum Endpoint {
    STREAM("streams"),
    POLL("polls"),
    STATUS("the status"),
    RENEWAL("renewals"),
    TICKETS("tickets");

    private final String words;

    Endpoint(String words) {
      this.words = words;
    }
  }

  /**
   * A parameter that is known.
   *
   * @param repeats whether it may stand several times
   * @param instead the parameter that means the same at another endpoint; empty if there is none
   * @param endpoints the endpoints that have it
   */
  private record Known(String name, boolean repeats, String instead, Set<Endpoint> endpoints) {
    static Known once(String name, Endpoint... endpoints) {
      return new Known(name, false, "", Set.of(endpoints));
    }

    static Known each(String name, Endpoint... endpoints) {
      return new Known(name, true, "", Set.of(endpoints));
    }

    Known insteadOf(String other) {
      return new Known(name, repeats, other, endpoints);
    }

    String plain() {
      return KnownParameters.plain(name);
    }
  }

  private static final List<Known> OF_EVENTS =
      List.of(
          Known.each("topic", Endpoint.STREAM, Endpoint.POLL),
          Known.each("type", Endpoint.STREAM, Endpoint.POLL),
          Known.once("filter", Endpoint.STREAM, Endpoint.POLL),
          Known.once("since", Endpoint.STREAM, Endpoint.POLL),
          Known.once("replay", Endpoint.STREAM, Endpoint.POLL),
          Known.once("latest", Endpoint.STREAM, Endpoint.POLL),
          Known.once("lastEventId", Endpoint.STREAM).insteadOf("after"),
          Known.once("snapshot", Endpoint.STREAM),
          Known.once("window", Endpoint.STREAM),
          Known.once("format", Endpoint.STREAM),
          Known.once("event", Endpoint.STREAM),
          Known.once("heartbeat", Endpoint.STREAM),
          Known.once("after", Endpoint.POLL).insteadOf("lastEventId"),
          Known.once("wait", Endpoint.POLL));

  private final List<Known> all;

  /**
   * Knows the parameters of events, tickets and tokens.
   *
   * @param token the parameter in which a subscriber's token may come
   */
  public KnownParameters(String token) {
    this.all =
        Stream.concat(
                OF_EVENTS.stream(),
                Stream.of(
                    Known.once(
                        token, Endpoint.STREAM, Endpoint.POLL, Endpoint.STATUS, Endpoint.RENEWAL),
                    Known.once(TICKET, Endpoint.STREAM)))
            .toList();
  }

  /** Whether the relay gives a parameter of this name a meaning, so that no token can be in it. */
  public static boolean isTaken(String name) {
    return name.equals(TICKET) || OF_EVENTS.stream().anyMatch(it -> it.name.equals(name));
  }

  /**
   * Checks the query of a request.
   *
   * @throws RelayException INVALID_REQUEST naming the parameter that is not as it should be
   */
  public void check(Parameters query, Endpoint endpoint) {
    for (String name : query.names()) {
      Optional<Known> known = all.stream().filter(it -> it.name.equals(name)).findFirst();
      if (known.isPresent()) {
        check(known.get(), query, endpoint);
      } else {
        meant(name, endpoint).ifPresent(it -> refuse(name + ": unknown; " + it));
      }
    }
  }

  private void check(Known known, Parameters query, Endpoint endpoint) {
    if (!known.endpoints.contains(endpoint)) {
      boolean other = all.stream().anyMatch(it -> isAt(it, known.instead, endpoint));
      refuse(
          known.name
              + ": not for "
              + endpoint.words
              + (other ? "; " + known.instead + " is meant" : ""));
    }
    if (!known.repeats && query.all(known.name).size() > 1) {
      refuse(known.name + ": once");
    }
  }

  private static boolean isAt(Known known, String name, Endpoint endpoint) {
    return known.name.equals(name) && known.endpoints.contains(endpoint);
  }

  /** Says which parameter an unknown name looks like, first among those of this endpoint. */
  private Optional<String> meant(String name, Endpoint endpoint) {
    if (name.length() > MAX_LOOKED_AT) {
      return Optional.empty();
    }
    String plain = plain(name);
    List<Known> alike = all.stream().filter(it -> looksLike(plain, it.plain())).toList();
    return alike.stream()
        .filter(it -> it.endpoints.contains(endpoint))
        .findFirst()
        .or(() -> alike.stream().findFirst())
        .map(it -> it.name + " is meant" + (it.repeats ? ", once for each" : ""));
  }

  /**
   * A name in lower case, without brackets and dashes: topic for topic[] and topic[0], lasteventid
   * for last-event-id.
   */
  private static String plain(String name) {
    String lower = BRACKETS.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
    return NEITHER_LETTER_NOR_DIGIT.matcher(lower).replaceAll("");
  }

  private static boolean looksLike(String name, String known) {
    return name.equals(known)
        || name.equals(known + "s")
        || (known.length() >= SHORTEST && isOneSlipAway(name, known));
  }

  /** Whether one letter of a name is missing, added, replaced, or swapped with its neighbour. */
  private static boolean isOneSlipAway(String name, String known) {
    int same = 0;
    while (same < Math.min(name.length(), known.length())
        && name.charAt(same) == known.charAt(same)) {
      same++;
    }
    String restOfName = name.substring(same);
    String restOfKnown = known.substring(same);
    return switch (name.length() - known.length()) {
      case 1 -> restOfName.substring(1).equals(restOfKnown);
      case -1 -> restOfKnown.substring(1).equals(restOfName);
      case 0 -> isOneSwap(restOfName, restOfKnown) || isOneOther(restOfName, restOfKnown, known);
      default -> false;
    };
  }

  private static boolean isOneSwap(String name, String known) {
    return name.length() >= 2
        && name.charAt(0) == known.charAt(1)
        && name.charAt(1) == known.charAt(0)
        && name.substring(2).equals(known.substring(2));
  }

  private static boolean isOneOther(String name, String known, String whole) {
    return whole.length() >= SHORTEST_REPLACED
        && !name.isEmpty()
        && name.substring(1).equals(known.substring(1));
  }

  private static void refuse(String detail) {
    throw new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }
}
