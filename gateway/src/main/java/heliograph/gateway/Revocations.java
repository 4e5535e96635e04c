package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.Revocation.Facts;
import heliograph.relay.Hub;
import heliograph.relay.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What was taken back, and the one place that says whether a credential was. Kept for as long as a
 * credential can live; over a restart, where there is a file. Any thread.
 */
final class Revocations {
  /** The most of them; a further one is refused. */
  static final int MAX = 100_000;

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final RevocationFile file;
  private final Duration keep;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  // Written under lock, read without it.
  private volatile Map<String, List<Revocation>> byKey = new ConcurrentHashMap<>();
  private int count; // guarded by lock

  /**
   * Reads what was taken back before.
   *
   * @param keep how long one is kept after its moment: the longest time a credential is good for
   * @throws BadConfiguration if the file is damaged or cannot be written
   */
  Revocations(RevocationFile file, Duration keep, InstantSource clock) {
    this.file = file;
    this.keep = keep;
    this.clock = clock;
    replace(file.open(this::lives));
  }

  private boolean lives(Revocation revocation) {
    return revocation.before().plus(keep).isAfter(clock.instant());
  }

  /** In one step, for whoever checks meanwhile. */
  private void replace(List<Revocation> revocations) {
    Map<String, List<Revocation>> fresh = new ConcurrentHashMap<>();
    revocations.forEach(revocation -> put(fresh, revocation));
    byKey = fresh;
    count = revocations.size();
  }

  private static void put(Map<String, List<Revocation>> map, Revocation revocation) {
    map.computeIfAbsent(revocation.key(), _ -> new CopyOnWriteArrayList<>()).add(revocation);
  }

  /**
   * Lets the claims pass unless their credential was taken back.
   *
   * @throws RelayException REVOKED_TOKEN
   */
  void check(Claims claims) {
    check(Facts.of(claims));
  }

  /**
   * Lets a credential pass unless it was taken back.
   *
   * @throws RelayException REVOKED_TOKEN
   */
  void check(Facts facts) {
    Map<String, List<Revocation>> kept = byKey;
    boolean covered =
        !kept.isEmpty()
            && Revocation.keys(facts)
                .flatMap(key -> kept.getOrDefault(key, List.of()).stream())
                .anyMatch(revocation -> revocation.covers(facts));
    if (covered) {
      throw new RelayException(ErrorCode.REVOKED_TOKEN, "the token was taken back");
    }
  }

  /**
   * Takes back, for good once this returns, and ends the open streams that came in by it. One that
   * opens meanwhile is seen here, or sees this itself: it checks once more when it is open.
   *
   * @return how many streams were ended
   * @throws RelayException REVOCATIONS_UNAVAILABLE if it cannot be kept; nothing is taken back then
   */
  int add(Revocation revocation, Hub hub) {
    lock.lock();
    try {
      if (count >= MAX) {
        forget();
      }
      if (count >= MAX) {
        throw RelayException.retryAfter(
            ErrorCode.REVOCATIONS_UNAVAILABLE, "over " + MAX + " revocations are kept", RETRY);
      }
      file.append(revocation);
      put(byKey, revocation);
      count++;
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.ERROR, "revocation-failed cause={0}", e.toString());
      throw RelayException.retryAfter(
          ErrorCode.REVOCATIONS_UNAVAILABLE, "the revocation cannot be kept; see the log", RETRY);
    } finally {
      lock.unlock();
    }
    List<Subscription> ended =
        hub.subscriptions().stream()
            .filter(open -> revocation.covers(Facts.of(open.claims())))
            .toList();
    ended.forEach(open -> open.end(EndReason.REVOKED));
    LOGGER.log(
        System.Logger.Level.INFO,
        "revoked before={0} streams={1}",
        revocation.before(),
        ended.size());
    return ended.size();
  }

  /** Whether just this was taken back before. */
  boolean has(Revocation revocation) {
    return byKey.getOrDefault(revocation.key(), List.of()).contains(revocation);
  }

  private void forget() throws IOException {
    List<Revocation> live = all();
    file.rewrite(live);
    replace(live);
  }

  /** Those that still matter, in no order. */
  List<Revocation> all() {
    List<Revocation> live = new ArrayList<>();
    byKey.values().forEach(list -> list.stream().filter(this::lives).forEach(live::add));
    return live;
  }
}
