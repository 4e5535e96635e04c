package heliograph.gateway.revocation;

import heliograph.contract.RelayException;
import heliograph.relay.Ledger;
import heliograph.relay.LedgerChanges;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the book of revocations is changed: by drafts, one at a time, of which all becomes true or
 * nothing. One thread.
 */
final class RevocationDrafts {
  /** The most that have left their time behind and go with one draft. */
  static final int MAX_FORGOTTEN = 512;

  private final RevocationBook book;
  private final Ledger ledger;
  private final InstantSource clock;
  // What a write that failed may have left in the ledger.
  private final List<Change> leftBehind = new ArrayList<>();
  private Instant forgotten = Instant.EPOCH;

  RevocationDrafts(RevocationBook book, Ledger ledger, InstantSource clock) {
    this.book = book;
    this.ledger = ledger;
    this.clock = clock;
  }

  /** What becomes of one revocation. */
  private record Change(RevocationId id, Optional<Revocation> was, Optional<Revocation> now) {
    Change undone() {
      return new Change(id, /* was= */ now, /* now= */ was);
    }
  }

  /**
   * Begins to change something.
   *
   * @throws RelayException LOG_UNAVAILABLE if what a failed write left cannot be undone yet
   */
  Draft begin() {
    // First, for from here on what the ledger has is what was true.
    undoWhatWasLeft();
    return new Draft();
  }

  private void undoWhatWasLeft() {
    if (!leftBehind.isEmpty()) {
      ledger.write(pairs(leftBehind.stream().map(Change::undone).toList()));
      leftBehind.clear();
    }
  }

  // What comes before what goes: where one takes the place of many, somebody reads in between.
  private static LedgerChanges pairs(Collection<Change> changes) {
    LedgerChanges pairs = new LedgerChanges();
    for (Change change : changes) {
      change.now().ifPresent(it -> RevocationPairs.put(pairs, change.id(), it));
    }
    for (Change change : changes) {
      change.was().ifPresent(it -> RevocationPairs.delete(pairs, change.id(), it, change.now()));
    }
    return pairs;
  }

  /** What will be true after {@link #commit}, and is counted already. */
  final class Draft implements AutoCloseable {
    private final Map<RevocationId, Change> changes = new HashMap<>();

    private Draft() {}

    int size() {
      return changes.size();
    }

    Optional<Revocation> find(RevocationId id) {
      Change change = changes.get(id);
      return change == null ? book.find(id) : change.now();
    }

    void put(RevocationId id, Revocation revocation) {
      set(id, Optional.of(revocation));
    }

    void remove(RevocationId id) {
      set(id, Optional.empty());
    }

    private void set(RevocationId id, Optional<Revocation> now) {
      Optional<Revocation> last = find(id);
      now.ifPresent(book::mark);
      now.ifPresent(book::countIn);
      last.ifPresent(book::countOut);
      Change earlier = changes.get(id);
      if (earlier != null) {
        earlier.now().ifPresent(book::unmark);
      }
      changes.put(id, new Change(id, earlier == null ? last : earlier.was(), now));
    }

    /** The logins of the subject of this one. */
    Collection<RevocationId> logins(Revocation revocation) {
      byte[] subject = RevocationId.ofSubject(revocation);
      byte[] prefix = RevocationPairs.bySubject(subject);
      Map<RevocationId, Boolean> found = new HashMap<>();
      ledger.read(
          prefix,
          (key, _) -> {
            boolean more = RevocationPairs.startsWith(key, prefix);
            if (more) {
              found.put(RevocationPairs.id(key), true);
            }
            return more;
          });
      for (Change change : changes.values()) {
        found.put(change.id(), change.now().filter(it -> isLoginOf(it, revocation)).isPresent());
      }
      found.values().removeIf(isThere -> !isThere);
      return found.keySet();
    }

    private static boolean isLoginOf(Revocation login, Revocation revocation) {
      return login.isOfOneLogin()
          && login.subject().equals(revocation.subject())
          && login.tenant().equals(revocation.tenant())
          && login.issuer().equals(revocation.issuer());
    }

    /**
     * Takes out some of those whose time is over: from where the last draft stopped, so that nobody
     * steps over what is gone already.
     */
    void forget() {
      Instant now = clock.instant();
      List<RevocationId> over = new ArrayList<>();
      ledger.read(
          RevocationPairs.byEnd(forgotten),
          (key, _) -> {
            boolean due =
                key[0] == RevocationPairs.BY_END
                    && !RevocationPairs.end(key).plus(Life.SKEW).isAfter(now);
            if (due) {
              over.add(RevocationPairs.id(key));
              forgotten = RevocationPairs.end(key);
            }
            return due && over.size() < MAX_FORGOTTEN;
          });
      over.forEach(this::remove);
    }

    /**
     * Makes it true; on the disk when this returns, where there is one.
     *
     * @throws RelayException LOG_UNAVAILABLE if that fails; then nothing of it is
     */
    void commit() {
      LedgerChanges pairs = pairs(changes.values());
      if (!pairs.isEmpty()) {
        // Known before it is written, for nobody knows what a write leaves that fails.
        leftBehind.addAll(changes.values());
        ledger.write(pairs);
        leftBehind.clear();
      }
      changes.values().forEach(change -> change.was().ifPresent(book::unmark));
      changes.clear();
    }

    /** Without a commit all is as it was before. */
    @Override
    public void close() {
      if (!changes.isEmpty()) {
        forgotten = Instant.EPOCH;
      }
      for (Change change : changes.values()) {
        change.now().ifPresent(book::countOut);
        change.now().ifPresent(book::unmark);
        change.was().ifPresent(book::countIn);
      }
    }
  }
}
