package heliograph.gateway.revocation;

import heliograph.contract.RelayException;
import heliograph.gateway.revocation.Revocation.Facts;
import heliograph.gateway.revocation.Revocation.Place;
import heliograph.relay.Ledger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;

/**
 * Keeps the revocations: each of them in a ledger, and a few numbers for each in memory, so that
 * the ledger is read only for a credential that may well be revoked. Only the thread of {@link
 * RevocationDrafts} counts; any thread may ask.
 */
final class RevocationBook {
  private final Ledger ledger;
  private final InstantSource clock;
  private final PlaceHash hash = new PlaceHash();

  // Only the thread that writes changes these. They never lack what the ledger has: a revocation is
  // marked before it is written, and unmarked after it was deleted.
  private final Tally places = new Tally();
  // Only that thread uses these, but any thread reads the count.
  private final Tally owners = new Tally();
  private final Tally subjects = new Tally();
  private final AtomicInteger count = new AtomicInteger();

  /** Reads all revocations of the ledger, which takes as long as there are many. */
  RevocationBook(Ledger ledger, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
    each(
        RevocationPairs.byId(new byte[0]),
        (_, revocation) -> {
          mark(revocation);
          countIn(revocation);
          return true;
        });
  }

  /** Marks the place of a revocation, before it is written. */
  void mark(Revocation revocation) {
    places.add(hash.of(revocation.place()), revocation.before().getEpochSecond());
  }

  /** Unmarks the place of a revocation, after it was deleted. */
  void unmark(Revocation revocation) {
    places.remove(hash.of(revocation.place()));
  }

  /** Counts a revocation for its owner and its subject. */
  void countIn(Revocation revocation) {
    owners.add(owner(revocation), 0);
    if (revocation.isOfOneLogin()) {
      subjects.add(subject(revocation), 0);
    }
    count.incrementAndGet();
  }

  /** Ends counting a revocation for its owner and its subject. */
  void countOut(Revocation revocation) {
    owners.remove(owner(revocation));
    if (revocation.isOfOneLogin()) {
      subjects.remove(subject(revocation));
    }
    count.decrementAndGet();
  }

  /**
   * The hash of whoever has the share that a revocation counts in: its tenant, or else its issuer.
   */
  private long owner(Revocation revocation) {
    String issuer = revocation.tenant().isPresent() ? "" : revocation.issuer().orElse("");
    return hash.of(hash.issuer(issuer), Place.Fact.TENANT, revocation.tenant().orElse(""));
  }

  private long subject(Revocation revocation) {
    long issuer = hash.issuer(revocation.issuer().orElse(""));
    long tenant = hash.of(issuer, Place.Fact.TENANT, revocation.tenant().orElse(""));
    return hash.of(tenant, Place.Fact.SUBJECT, revocation.subject().orElse(""));
  }

  /** How many revocations are kept. Any thread. */
  int count() {
    return count.get();
  }

  /** Whether no revocation is kept or about to be. Any thread. */
  boolean isEmpty() {
    return places.size() == 0;
  }

  /** How many revocations the same tenant has, or the same issuer if there is no tenant. */
  int ofOwner(Revocation revocation) {
    return owners.count(owner(revocation));
  }

  /** How many revocations there are of single logins of the same subject. */
  int ofSubject(Revocation revocation) {
    return subjects.count(subject(revocation));
  }

  /** How many revocations have the same place. */
  int ofPlace(Revocation revocation) {
    return places.count(hash.of(revocation.place()));
  }

  /**
   * Whether a credential is revoked. Any thread.
   *
   * @throws RelayException LOG_UNAVAILABLE if the ledger cannot be read now
   */
  boolean covers(Facts facts) {
    if (isEmpty()) {
      return false;
    }
    String issuer = facts.proof().issuer();
    return covers(facts, "") || (!issuer.isEmpty() && covers(facts, issuer));
  }

  private boolean covers(Facts facts, String issuer) {
    long begun = hash.issuer(issuer);
    return anyMatch(
        facts,
        (fact, name) ->
            places.hasSince(hash.of(begun, fact, name), facts.proof().issued().getEpochSecond())
                && covers(facts, new Place(fact, issuer, name)));
  }

  private static boolean anyMatch(Facts facts, BiPredicate<Place.Fact, String> test) {
    return facts.proof().token().filter(it -> test.test(Place.Fact.TOKEN, it)).isPresent()
        || facts.proof().session().filter(it -> test.test(Place.Fact.SESSION, it)).isPresent()
        || facts.subjects().stream().anyMatch(it -> test.test(Place.Fact.SUBJECT, it))
        || facts.tenants().stream().anyMatch(it -> test.test(Place.Fact.TENANT, it.name()));
  }

  private boolean covers(Facts facts, Place place) {
    Instant now = clock.instant();
    boolean[] covered = {false};
    each(
        RevocationPairs.byId(RevocationId.ofPlace(place)),
        (_, revocation) -> {
          covered[0] = revocation.lives(now) && revocation.covers(facts);
          return !covered[0];
        });
    return covered[0];
  }

  /** Is handed one revocation after another. */
  interface Reader {
    /** Takes a revocation; returns whether it wants the next one. */
    boolean take(RevocationId id, Revocation revocation);
  }

  /**
   * Hands on the revocations whose keys begin with a prefix, in the order of their ids. Any thread.
   */
  private void each(byte[] prefix, Reader reader) {
    ledger.read(
        prefix,
        (key, value) ->
            RevocationPairs.startsWith(key, prefix)
                && reader.take(RevocationPairs.id(key), RevocationPairs.read(value)));
  }

  /** Hands on all revocations from an id on, in the order of their ids. Any thread. */
  void from(byte[] id, Reader reader) {
    ledger.read(
        RevocationPairs.byId(id),
        (key, value) ->
            key[0] == RevocationPairs.BY_ID
                && reader.take(RevocationPairs.id(key), RevocationPairs.read(value)));
  }

  /** The revocation of an id, if it is kept. Any thread. */
  Optional<Revocation> find(RevocationId id) {
    List<Revocation> found = new ArrayList<>(1);
    each(RevocationPairs.byId(id.bytes()), (_, revocation) -> !found.add(revocation));
    return found.stream().findFirst();
  }
}
