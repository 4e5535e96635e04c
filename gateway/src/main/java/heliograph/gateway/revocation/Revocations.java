package heliograph.gateway.revocation;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.revocation.Revocation.Facts;
import heliograph.gateway.revocation.RevocationAsk.GiveBack;
import heliograph.gateway.revocation.RevocationAsk.Outcome;
import heliograph.gateway.revocation.RevocationAsk.TakeBack;
import heliograph.gateway.revocation.RevocationDrafts.Draft;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.relay.Hub;
import heliograph.relay.Ledger;
import heliograph.relay.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The revocations of credentials; nothing else says whether one is revoked. Each is kept for as
 * long as a credential can live, and outlives a restart if the ledger is on a disk. Any thread.
 */
public final class Revocations implements AutoCloseable {
  /** The most revocations that are examined for one page. */
  static final int MAX_EXAMINED = 10_000;

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int IMPORTED_TOGETHER = 1000;

  private final Ledger ledger;
  private final InstantSource clock;
  private final Life life;
  private final RevocationBook book;
  private final RevocationThread thread;

  /**
   * Reads the revocations of the ledger, and takes over those in the file of an older relay.
   *
   * @throws BadConfiguration if the file of an older relay is damaged
   */
  public Revocations(Ledger ledger, RevocationsConfig config, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
    this.life = Life.kept(ledger, config.keep(), clock.instant());
    this.book = new RevocationBook(ledger, clock);
    RevocationDrafts drafts = new RevocationDrafts(book, ledger, clock);
    config.file().map(RevocationFile::new).ifPresent(file -> takeOver(file, drafts));
    this.thread =
        new RevocationThread(
            ledger, drafts, new RevocationShares(book, config.limits(), life, clock));
  }

  /**
   * Takes over the file of an older relay, which goes when the ledger has all of it; until then
   * each start begins anew.
   */
  private void takeOver(RevocationFile file, RevocationDrafts drafts) {
    // The clock may have been set back since, so times up to this one are read.
    Instant latest = clock.instant().plus(life.time());
    List<Revocation> old = file.read(new RevocationText(latest, life.time()));
    for (int from = 0; from < old.size(); from += IMPORTED_TOGETHER) {
      try (Draft draft = drafts.begin()) {
        for (Revocation revocation :
            old.subList(from, Math.min(old.size(), from + IMPORTED_TOGETHER))) {
          if (revocation.lives(clock.instant())) {
            RevocationId id = RevocationId.of(revocation);
            draft.put(id, draft.find(id).map(revocation::merged).orElse(revocation));
          }
        }
        draft.commit();
      }
    }
    file.done();
  }

  /** Begins to take back and to give back; what is kept is looked up before that, too. */
  public void start() {
    thread.start();
  }

  /** How long a credential is good at most. */
  public Life life() {
    return life;
  }

  /** How many revocations are kept. */
  public int count() {
    return book.count();
  }

  /**
   * Checks that the credential of a subscriber's claims is not revoked.
   *
   * @throws RelayException REVOKED_TOKEN if it is, or IDENTITY_UNAVAILABLE if the ledger cannot be
   *     read now
   */
  public void check(Claims claims) {
    if (!book.isEmpty()) {
      check(Facts.of(claims));
    }
  }

  /**
   * Checks that a credential is not revoked.
   *
   * @throws RelayException REVOKED_TOKEN if it is, or IDENTITY_UNAVAILABLE if the ledger cannot be
   *     read now
   */
  public void check(Facts facts) {
    boolean covered;
    try {
      covered = book.covers(facts);
    } catch (RelayException _) {
      throw RelayException.retryAfter(
          ErrorCode.IDENTITY_UNAVAILABLE, "what was taken back cannot be read now", RETRY);
    }
    if (covered) {
      throw new RelayException(ErrorCode.REVOKED_TOKEN, "the token was taken back");
    }
  }

  /**
   * A revocation as it is kept, and what it did.
   *
   * @param streams how many streams were ended
   */
  public record Taken(RevocationId id, Revocation revocation, int streams) {}

  /**
   * Revokes credentials, for good once this returns, and ends the open streams that came in by
   * them. A stream that opens meanwhile is seen here, or sees the revocation itself: it checks once
   * more when it is open.
   *
   * @throws RelayException REVOCATIONS_UNAVAILABLE if the revocation cannot be kept; nothing is
   *     revoked then
   */
  public Taken add(Revocation revocation, Hub hub) {
    return switch (thread.ask(new TakeBack(revocation))) {
      case Outcome.Kept(RevocationId id, Revocation kept, boolean fresh) ->
          new Taken(id, kept, end(kept, fresh, hub));
      case Outcome.Refused(RelayException why) -> throw why;
      case Outcome.Gone _, Outcome.Unknown _ -> throw new IllegalStateException("it was to stay");
    };
  }

  /** The open streams that a revocation takes back. */
  public static List<Subscription> covered(Revocation revocation, Hub hub) {
    Collection<Subscription> open =
        revocation.subject().map(hub::subscriptionsOf).orElseGet(hub::subscriptions);
    return open.stream().filter(it -> revocation.covers(it.claims())).toList();
  }

  // Streams are ended also for a revocation that was kept before: whoever asked for it then may not
  // have waited for the end.
  private static int end(Revocation revocation, boolean fresh, Hub hub) {
    // Of two who revoke the same at once, each is told of those that it has ended itself.
    List<Subscription> ended =
        covered(revocation, hub).stream().filter(it -> it.endIfOpen(EndReason.REVOKED)).toList();
    if (fresh || !ended.isEmpty()) {
      LOGGER.log(
          System.Logger.Level.INFO,
          "revoked before={0} streams={1}",
          revocation.before(),
          Integer.toString(ended.size()));
    }
    return ended.size();
  }

  /**
   * Gives up a revocation, for good once this returns; its credentials are good again.
   *
   * @return whether it was kept
   * @throws RelayException REVOCATIONS_UNAVAILABLE if that cannot be written; the revocation stays
   *     then
   */
  public boolean giveBack(RevocationId id) {
    return switch (thread.ask(new GiveBack(id))) {
      case Outcome.Gone() -> true;
      case Outcome.Unknown() -> false;
      case Outcome.Refused(RelayException why) -> throw why;
      case Outcome.Kept _ -> throw new IllegalStateException("it was to go");
    };
  }

  /**
   * Whether a revocation is kept, so that it could be given up.
   *
   * @throws RelayException REVOCATIONS_UNAVAILABLE if the ledger cannot be read now
   */
  public boolean isKept(RevocationId id) {
    return readable(() -> book.find(id).isPresent());
  }

  private static <T> T readable(Supplier<T> read) {
    try {
      return read.get();
    } catch (RelayException _) {
      throw RelayException.retryAfter(
          ErrorCode.REVOCATIONS_UNAVAILABLE, "revocations cannot be read now", RETRY);
    }
  }

  /** Says which revocations are about a subject or a tenant; empty for those about anybody. */
  public static Predicate<Revocation> about(Optional<String> subject, Optional<String> tenant) {
    return it ->
        (subject.isEmpty() || subject.equals(it.subject()))
            && (tenant.isEmpty() || tenant.equals(it.tenant()));
  }

  /**
   * A page of the revocations that are kept.
   *
   * @param next the id after which the next page begins; empty if there is none
   */
  public record Page(List<Entry> entries, Optional<RevocationId> next) {}

  /** A revocation of a page. */
  public record Entry(RevocationId id, Revocation revocation) {}

  /**
   * The next page of the revocations that still revoke something, in the order of their ids, which
   * says nothing of their age. It examines {@link #MAX_EXAMINED} at most, so a page may have few
   * entries or none although there is a next one.
   *
   * @param after the last id of the page before; empty for the first page
   * @param limit the most entries
   * @param wanted which revocations are on the page
   * @throws RelayException REVOCATIONS_UNAVAILABLE if the ledger cannot be read now
   */
  public Page page(Optional<RevocationId> after, int limit, Predicate<Revocation> wanted) {
    Instant now = clock.instant();
    Paging paging =
        new Paging(after, limit, revocation -> revocation.lives(now) && wanted.test(revocation));
    readable(
        () -> {
          book.from(after.map(RevocationId::bytes).orElseGet(() -> new byte[0]), paging);
          return paging;
        });
    return new Page(paging.entries, paging.isCut ? paging.last : Optional.empty());
  }

  /** Fills a page. */
  private static final class Paging implements RevocationBook.Reader {
    private final Optional<RevocationId> after;
    private final int limit;
    private final Predicate<Revocation> wanted;
    private final List<Entry> entries = new ArrayList<>();
    private Optional<RevocationId> last = Optional.empty();
    private int examined;
    private boolean isCut;

    Paging(Optional<RevocationId> after, int limit, Predicate<Revocation> wanted) {
      this.after = after;
      this.limit = limit;
      this.wanted = wanted;
    }

    @Override
    public boolean take(RevocationId id, Revocation revocation) {
      if (after.filter(id::equals).isPresent()) {
        return true;
      }
      isCut = entries.size() == limit || examined == MAX_EXAMINED;
      if (!isCut) {
        examined++;
        last = Optional.of(id);
        if (wanted.test(revocation)) {
          entries.add(new Entry(id, revocation));
        }
      }
      return !isCut;
    }
  }

  @Override
  public void close() {
    thread.close();
    ledger.close();
  }
}
