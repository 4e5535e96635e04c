package heliograph.gateway.profile;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What a template may take, which depends on what it is for. */
enum Vocabulary {
  /** The data of an event's frame. Frames are shared, so there is no time in them. */
  EVENT("data", "cursor", "event.*"),
  /** The data of a batch. */
  BATCH("event.type", "count", "items"),
  CONNECTED("stream", "tenant", "subject", "cursor", "heartbeat", "now"),
  POSITION("cursor", "now"),
  GAP("reason", "from", "to", "now"),
  REAUTH("expires", "now"),
  SHUTDOWN("reconnect", "now"),
  END("reason", "now"),
  HEARTBEAT("now"),
  /** The answer of a profile's status. */
  STATUS("connected", "streams", "streams.tenant", "now");

  private static final String ATTRIBUTES = "event.*";
  private static final Pattern ATTRIBUTE = Pattern.compile("event\\.[a-z0-9]{1,64}+");
  private static final Pattern PARAMETER = Pattern.compile("query\\.[A-Za-z0-9_-]{1,64}+");

  // Who else receives an event is not for its receivers to know; the data has a name of its own.
  private static final Set<String> NEVER =
      Set.of("event.roles", "event.users", "event.data", "event.specversion");

  private final List<String> names;

  Vocabulary(String... names) {
    this.names = List.of(names);
  }

  /**
   * Refuses what this does not know.
   *
   * @param path the variables of the path
   * @throws IllegalArgumentException naming the placeholder
   */
  void check(Placeholder placeholder, Set<String> path) {
    if (!knows(placeholder.name(), path)) {
      throw new IllegalArgumentException(
          placeholder + " is unknown here; known are " + String.join(", ", known(path)));
    }
    boolean fits =
        switch (placeholder.form()) {
          case PLAIN -> true;
          case NUMBER -> placeholder.isOfRequest();
          case SECONDS -> placeholder.name().equals("now");
        };
    if (!fits) {
      throw new IllegalArgumentException(
          placeholder + ": number is for what the request has, seconds for the time");
    }
  }

  private boolean knows(String name, Set<String> path) {
    if (name.startsWith(RequestValues.PATH)) {
      return path.contains(name.substring(RequestValues.PATH.length()));
    }
    if (name.startsWith(RequestValues.QUERY)) {
      // The status has no query of its own.
      return this != STATUS && PARAMETER.matcher(name).matches();
    }
    return names.contains(name)
        || (names.contains(ATTRIBUTES)
            && ATTRIBUTE.matcher(name).matches()
            && !NEVER.contains(name));
  }

  private Set<String> known(Set<String> path) {
    Set<String> known = new TreeSet<>();
    names.forEach(name -> known.add("{" + name + "}"));
    path.forEach(name -> known.add("{" + RequestValues.PATH + name + "}"));
    if (this != STATUS) {
      known.add("{" + RequestValues.QUERY + "*}");
    }
    return known;
  }
}
