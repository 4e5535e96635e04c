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
 * The revocations that are kept: each of them in a ledger, and in memory a few numbers for each, by
 * which the ledger is asked only about a credential that may well be taken back. One thread counts,
 * which is the one of {@link RevocationDrafts}; any thread asks.
 */
final class RevocationBook {
  private final Ledger ledger;
  private final InstantSource clock;
  private final PlaceHash hash = new PlaceHash();

  // Written by the one thread that writes. Never short of what the ledger has: one is in here
  // before
  // it is there, and leaves after it.
  private final Tally places = new Tally();
  // That thread alone, but for the number of all.
  private final Tally owners = new Tally();
  private final Tally subjects = new Tally();
  private final AtomicInteger count = new AtomicInteger();

  /** Reads what there is, for as long as that takes. */
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

  void mark(Revocation revocation) {
    places.add(hash.of(revocation.place()), revocation.before().getEpochSecond());
  }

  void unmark(Revocation revocation) {
    places.remove(hash.of(revocation.place()));
  }

  void countIn(Revocation revocation) {
    owners.add(owner(revocation), 0);
    if (revocation.isOfOneLogin()) {
      subjects.add(subject(revocation), 0);
    }
    count.incrementAndGet();
  }

  void countOut(Revocation revocation) {
    owners.remove(owner(revocation));
    if (revocation.isOfOneLogin()) {
      subjects.remove(subject(revocation));
    }
    count.decrementAndGet();
  }

  /** Whose share one is of: its tenant's, or else its issuer's. */
  private long owner(Revocation revocation) {
    String issuer = revocation.tenant().isPresent() ? "" : revocation.issuer().orElse("");
    return hash.of(hash.issuer(issuer), Place.Fact.TENANT, revocation.tenant().orElse(""));
  }

  private long subject(Revocation revocation) {
    long issuer = hash.issuer(revocation.issuer().orElse(""));
    long tenant = hash.of(issuer, Place.Fact.TENANT, revocation.tenant().orElse(""));
    return hash.of(tenant, Place.Fact.SUBJECT, revocation.subject().orElse(""));
  }

  int count() {
    return count.get();
  }

  /** Whether there is nothing to hold anybody against. Any thread. */
  boolean isEmpty() {
    return places.size() == 0;
  }

  int ofOwner(Revocation revocation) {
    return owners.count(owner(revocation));
  }

  int ofSubject(Revocation revocation) {
    return subjects.count(subject(revocation));
  }

  int ofPlace(Revocation revocation) {
    return places.count(hash.of(revocation.place()));
  }

  /**
   * Whether a credential is taken back. Any thread.
   *
   * @throws RelayException LOG_UNAVAILABLE if that cannot be found out now
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

  /** Takes revocations. */
  interface Reader {
    /** Whether to go on. */
    boolean take(RevocationId id, Revocation revocation);
  }

  /** Those whose keys begin so, in the order of their ids. Any thread. */
  private void each(byte[] prefix, Reader reader) {
    ledger.read(
        prefix,
        (key, value) ->
            RevocationPairs.startsWith(key, prefix)
                && reader.take(RevocationPairs.id(key), RevocationPairs.read(value)));
  }

  /** All of them, in the order of their ids, from one on. Any thread. */
  void from(byte[] id, Reader reader) {
    ledger.read(
        RevocationPairs.byId(id),
        (key, value) ->
            key[0] == RevocationPairs.BY_ID
                && reader.take(RevocationPairs.id(key), RevocationPairs.read(value)));
  }

  Optional<Revocation> find(RevocationId id) {
    List<Revocation> found = new ArrayList<>(1);
    each(RevocationPairs.byId(id.bytes()), (_, revocation) -> !found.add(revocation));
    return found.stream().findFirst();
  }
}
