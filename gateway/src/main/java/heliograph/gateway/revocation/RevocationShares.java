package heliograph.gateway.revocation;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.revocation.RevocationAsk.GiveBack;
import heliograph.gateway.revocation.RevocationAsk.Outcome;
import heliograph.gateway.revocation.RevocationAsk.TakeBack;
import heliograph.gateway.revocation.RevocationDrafts.Draft;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;

/**
 * Decides which revocations are kept, so that no tenant or subject fills the book at the cost of
 * others. Only the thread of revocations calls it.
 */
public final class RevocationShares {
  /**
   * The most revocations of one place: a credential with its fact is compared with each of them.
   */
  static final int MAX_PER_PLACE = 1000;

  /**
   * This part of all, a sixteenth, is left to revocations that name neither tenant nor issuer: so
   * an operator can revoke whatever tenants and issuers have done.
   */
  static final int LEFT_TO_OPERATOR = 16;

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Duration RETRY = Duration.ofMinutes(1);
  private static final Duration QUIET = Duration.ofMinutes(1);

  private final RevocationBook book;
  private final Limits limits;
  private final Life life;
  private final InstantSource clock;
  private Instant told = Instant.EPOCH;

  /**
   * How many revocations there may be.
   *
   * @param all the most of all
   * @param perTenant the most of one tenant, and of one issuer among those that name no tenant
   * @param perSubject the most single logins of one subject, beyond which they become one
   *     revocation of the subject
   */
  public record Limits(int all, int perTenant, int perSubject) {}

  RevocationShares(RevocationBook book, Limits limits, Life life, InstantSource clock) {
    this.book = book;
    this.limits = limits;
    this.life = life;
    this.clock = clock;
  }

  /** Decides a change, and enters it into a draft. */
  Outcome decide(RevocationAsk ask, Draft draft) {
    return switch (ask) {
      case TakeBack(Revocation revocation) -> take(revocation, draft);
      case GiveBack(RevocationId id) -> give(id, draft);
    };
  }

  private Outcome give(RevocationId id, Draft draft) {
    if (draft.find(id).isEmpty()) {
      return new Outcome.Unknown();
    }
    draft.remove(id);
    return new Outcome.Gone();
  }

  private Outcome take(Revocation revocation, Draft draft) {
    RevocationId id = RevocationId.of(revocation);
    Optional<Revocation> equal = draft.find(id);
    if (equal.isPresent()) {
      Revocation merged = equal.get().merged(revocation);
      boolean fresh = !merged.equals(equal.get());
      if (fresh) {
        draft.put(id, merged);
      }
      return new Outcome.Kept(id, merged, fresh);
    }
    if (!revocation.lives(clock.instant())) {
      // All credentials that it would revoke have ended by themselves.
      return new Outcome.Kept(id, revocation, false);
    }
    if (revocation.isOfOneLogin() && book.ofSubject(revocation) >= limits.perSubject()) {
      return fold(revocation, draft);
    }
    return full(revocation)
        .map(this::refused)
        .orElseGet(
            () -> {
              draft.put(id, revocation);
              return new Outcome.Kept(id, revocation, true);
            });
  }

  /**
   * Replaces the single logins of a subject by one revocation of all its logins up to now, which
   * revokes more than was asked, and never less.
   */
  private Outcome fold(Revocation revocation, Draft draft) {
    Instant now = clock.instant();
    Collection<RevocationId> logins = draft.logins(revocation);
    Revocation whole = revocation.ofWholeSubject(now, life.end(now));
    RevocationId id = RevocationId.of(whole);
    Revocation merged = draft.find(id).map(whole::merged).orElse(whole);
    logins.forEach(draft::remove);
    draft.put(id, merged);
    LOGGER.log(
        System.Logger.Level.INFO,
        "revocations-folded into={0} from={1}",
        id.text(),
        Integer.toString(logins.size()));
    return new Outcome.Kept(id, merged, true);
  }

  /** The limit that forbids a further revocation; empty if none does. */
  private Optional<String> full(Revocation revocation) {
    boolean owned = revocation.tenant().isPresent() || revocation.issuer().isPresent();
    int most = owned ? limits.all() - limits.all() / LEFT_TO_OPERATOR : limits.all();
    if (book.count() >= most) {
      return Optional.of("relay.limits.revocations are kept, " + most);
    }
    if (owned && book.ofOwner(revocation) >= limits.perTenant()) {
      return Optional.of(
          "relay.limits.revocations-per-tenant are kept for this tenant or issuer, "
              + limits.perTenant());
    }
    if (book.ofPlace(revocation) >= MAX_PER_PLACE) {
      return Optional.of(MAX_PER_PLACE + " are kept that name the same: name less");
    }
    return Optional.empty();
  }

  private Outcome refused(String full) {
    Instant now = clock.instant();
    if (!now.isBefore(told.plus(QUIET))) {
      told = now;
      LOGGER.log(System.Logger.Level.WARNING, "revocations-full limit=\"{0}\"", full);
    }
    return new Outcome.Refused(
        RelayException.retryAfter(ErrorCode.REVOCATIONS_UNAVAILABLE, full, RETRY));
  }
}
