package heliograph.gateway.operator;

import heliograph.gateway.crypto.Sha256;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The logins of browsers. They are in memory alone, so they end with the relay, and no other relay
 * knows them. Any thread.
 */
final class Sessions {
  /** The most sessions; beyond it the one that began first ends. */
  static final int MAX = 1000;

  /** The most sessions of one operator; beyond it the operator's first ends. */
  static final int MAX_OF_ONE = 20;

  private static final int BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock;

  // By the hash of what the browser has, the oldest first; guarded by this.
  private final Map<String, Session> sessions = new LinkedHashMap<>();

  Sessions(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * What a login has proven.
   *
   * @param name who logged in
   * @param standing whether what was shown is still good
   * @param until when it ends at the latest
   * @param logoutPage where a browser logs out at the provider; empty if there is no need
   */
  record Login(
      String name,
      Set<Role> roles,
      BooleanSupplier standing,
      Instant until,
      Optional<String> logoutPage) {
    /** Has no token in it. */
    @Override
    public String toString() {
      return name;
    }
  }

  /** A login that a browser is known by. */
  final class Session {
    private final Login login;
    private volatile boolean ended;

    private Session(Login login) {
      this.login = login;
    }

    Login login() {
      return login;
    }

    /** Whether it is still good. */
    boolean stands() {
      return !ended && clock.instant().isBefore(login.until()) && login.standing().getAsBoolean();
    }
  }

  /**
   * Begins a session.
   *
   * @return what the browser is to show from now on
   */
  String begin(Login login) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String value = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    synchronized (this) {
      sessions.values().removeIf(it -> !it.stands());
      makeRoom(login.name(), MAX_OF_ONE);
      makeRoom("", MAX);
      sessions.put(key(value), new Session(login));
    }
    return value;
  }

  /** Ends sessions, the oldest first, so that one more is not beyond a limit. */
  private void makeRoom(String name, int most) {
    long mine = sessions.values().stream().filter(it -> isOf(it, name)).count();
    Iterator<Session> oldest = sessions.values().iterator();
    while (mine >= most && oldest.hasNext()) {
      Session session = oldest.next();
      if (isOf(session, name)) {
        session.ended = true;
        oldest.remove();
        mine--;
      }
    }
  }

  private static boolean isOf(Session session, String name) {
    return name.isEmpty() || session.login().name().equals(name);
  }

  /** The session that a browser shows; empty if there is none, or it is over. */
  synchronized Optional<Session> find(String value) {
    return Optional.ofNullable(sessions.get(key(value))).filter(Session::stands);
  }

  /** Ends a session. */
  synchronized void end(Session session) {
    session.ended = true;
    sessions.values().remove(session);
  }

  // What is looked up is a hash, so that the time it takes tells nothing of the value.
  private static String key(String value) {
    return Sha256.hex(Sha256.of(value));
  }
}
