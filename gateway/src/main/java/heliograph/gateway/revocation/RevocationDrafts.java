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
 * Changes the book of revocations by drafts, one at a time, each of which is written as a whole or
 * not at all. One thread.
 */
final class RevocationDrafts {
  /** The most revocations whose time is over that go with one draft. */
  static final int MAX_FORGOTTEN = 512;

  private final RevocationBook book;
  private final Ledger ledger;
  private final InstantSource clock;
  // A write that failed may have left these in the ledger.
  private final List<Change> leftBehind = new ArrayList<>();
  private Instant forgotten = Instant.EPOCH;

  RevocationDrafts(RevocationBook book, Ledger ledger, InstantSource clock) {
    this.book = book;
    this.ledger = ledger;
    this.clock = clock;
  }

  /** The change of one revocation; absent before if it is new, absent after if it goes. */
  private record Change(RevocationId id, Optional<Revocation> was, Optional<Revocation> now) {
    Change undone() {
      return new Change(id, /* was= */ now, /* now= */ was);
    }
  }

  /**
   * Begins a draft.
   *
   * @throws RelayException LOG_UNAVAILABLE if what a failed write left cannot be undone yet
   */
  Draft begin() {
    // This comes first, so that from here on the ledger has exactly what was committed.
    undoWhatWasLeft();
    return new Draft();
  }

  private void undoWhatWasLeft() {
    if (!leftBehind.isEmpty()) {
      ledger.write(pairs(leftBehind.stream().map(Change::undone).toList()));
      leftBehind.clear();
    }
  }

  // New ones are written before old ones go: where one takes the place of many, a reader may see
  // the state in between.
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

  /** Changes that {@link #commit} makes together; until then only their counts are changed. */
  final class Draft implements AutoCloseable {
    private final Map<RevocationId, Change> changes = new HashMap<>();

    private Draft() {}

    /** How many revocations this draft changes. */
    int size() {
      return changes.size();
    }

    /** The revocation of an id, as it will be after this draft. */
    Optional<Revocation> find(RevocationId id) {
      Change change = changes.get(id);
      return change == null ? book.find(id) : change.now();
    }

    /** Writes a revocation in place of any other of its id. */
    void put(RevocationId id, Revocation revocation) {
      set(id, Optional.of(revocation));
    }

    /** Takes out the revocation of an id. */
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

    /**
     * The ids of all revocations of single logins of the same subject, as they will be after this
     * draft.
     */
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
     * Takes out some of the revocations whose time is over, from where the last draft stopped, so
     * that the ledger need not step over what was deleted before.
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
     * Writes the draft, which is on the disk when this returns if the ledger is on one.
     *
     * @throws RelayException LOG_UNAVAILABLE if that fails; then nothing of the draft is kept
     */
    void commit() {
      LedgerChanges pairs = pairs(changes.values());
      if (!pairs.isEmpty()) {
        // These are noted before the write, because nobody knows what a failed write leaves.
        leftBehind.addAll(changes.values());
        ledger.write(pairs);
        leftBehind.clear();
      }
      changes.values().forEach(change -> change.was().ifPresent(book::unmark));
      changes.clear();
    }

    /** Drops the draft unless it was committed; then all is as it was before. */
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
