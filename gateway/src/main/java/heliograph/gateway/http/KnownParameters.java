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
 * The query parameters of the subscribers' doors, all in one place. One that a door does not have,
 * or that is there twice and counts once, is refused; so is a name that looks like one of them, for
 * who writes {@code topics} would be shown every topic. All other names are let pass: pages and
 * libraries add some of their own, against caches for example. Any thread.
 */
public final class KnownParameters {
  /** The query parameter of a ticket. */
  public static final String TICKET = "ticket";

  /** Whoever looks, longer names are nobody's slip. */
  static final int MAX_LOOKED_AT = 32;

  // Shorter names are too near to many others; where a letter may be another one, nearer still:
  // time, which some add against caches, is one letter from type.
  private static final int SHORTEST = 4;
  private static final int SHORTEST_REPLACED = 5;

  private static final Pattern BRACKETS = Pattern.compile("\\[[^\\]]*+\\]");
  private static final Pattern NEITHER_LETTER_NOR_DIGIT = Pattern.compile("[^a-z0-9]+");

  /** What is asked of, as refusals call it. */
  public enum Door {
    STREAM("streams"),
    POLL("polls"),
    STATUS("the status"),
    RENEWAL("renewals"),
    TICKETS("tickets");

    private final String words;

    Door(String words) {
      this.words = words;
    }
  }

  /**
   * @param instead the one that means the same at another door; empty if none does
   */
  private record Known(String name, boolean repeats, String instead, Set<Door> doors) {
    static Known once(String name, Door... doors) {
      return new Known(name, false, "", Set.of(doors));
    }

    static Known each(String name, Door... doors) {
      return new Known(name, true, "", Set.of(doors));
    }

    Known insteadOf(String other) {
      return new Known(name, repeats, other, doors);
    }

    String plain() {
      return KnownParameters.plain(name);
    }
  }

  private static final List<Known> OF_EVENTS =
      List.of(
          Known.each("topic", Door.STREAM, Door.POLL),
          Known.each("type", Door.STREAM, Door.POLL),
          Known.once("filter", Door.STREAM, Door.POLL),
          Known.once("since", Door.STREAM, Door.POLL),
          Known.once("replay", Door.STREAM, Door.POLL),
          Known.once("latest", Door.STREAM, Door.POLL),
          Known.once("lastEventId", Door.STREAM).insteadOf("after"),
          Known.once("snapshot", Door.STREAM),
          Known.once("window", Door.STREAM),
          Known.once("format", Door.STREAM),
          Known.once("event", Door.STREAM),
          Known.once("heartbeat", Door.STREAM),
          Known.once("after", Door.POLL).insteadOf("lastEventId"),
          Known.once("wait", Door.POLL));

  private final List<Known> all;

  /**
   * The parameters that are known where tokens come in this one.
   *
   * @param token the parameter in which a subscriber's token may come
   */
  public KnownParameters(String token) {
    this.all =
        Stream.concat(
                OF_EVENTS.stream(),
                Stream.of(
                    Known.once(token, Door.STREAM, Door.POLL, Door.STATUS, Door.RENEWAL),
                    Known.once(TICKET, Door.STREAM)))
            .toList();
  }

  /**
   * Checks the query of a request.
   *
   * @throws RelayException INVALID_REQUEST naming the parameter that is not as it should be
   */
  public void check(Parameters query, Door door) {
    for (String name : query.names()) {
      Optional<Known> known = all.stream().filter(it -> it.name.equals(name)).findFirst();
      if (known.isPresent()) {
        check(known.get(), query, door);
      } else {
        meant(name, door).ifPresent(it -> refuse(name + ": unknown; " + it));
      }
    }
  }

  private void check(Known known, Parameters query, Door door) {
    if (!known.doors.contains(door)) {
      boolean other = all.stream().anyMatch(it -> isAt(it, known.instead, door));
      refuse(
          known.name
              + ": not for "
              + door.words
              + (other ? "; " + known.instead + " is meant" : ""));
    }
    if (!known.repeats && query.all(known.name).size() > 1) {
      refuse(known.name + ": once");
    }
  }

  private static boolean isAt(Known known, String name, Door door) {
    return known.name.equals(name) && known.doors.contains(door);
  }

  /** Which one of this door a name looks like, or else of another, in words. */
  private Optional<String> meant(String name, Door door) {
    if (name.length() > MAX_LOOKED_AT) {
      return Optional.empty();
    }
    String plain = plain(name);
    List<Known> alike = all.stream().filter(it -> looksLike(plain, it.plain())).toList();
    return alike.stream()
        .filter(it -> it.doors.contains(door))
        .findFirst()
        .or(() -> alike.stream().findFirst())
        .map(it -> it.name + " is meant" + (it.repeats ? ", once for each" : ""));
  }

  /** A name without what languages and habits put around it: topic[], topic[0], last-event-id. */
  private static String plain(String name) {
    String lower = BRACKETS.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
    return NEITHER_LETTER_NOR_DIGIT.matcher(lower).replaceAll("");
  }

  private static boolean looksLike(String name, String known) {
    return name.equals(known)
        || name.equals(known + "s")
        || (known.length() >= SHORTEST && isOneSlipAway(name, known));
  }

  /** Whether a letter is missing, too many, another one, or in the place of its neighbour. */
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
