package heliograph.gateway.revocation;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.revocation.RevocationAsk.Outcome;
import heliograph.gateway.revocation.RevocationDrafts.Draft;
import heliograph.gateway.wire.Shares;
import heliograph.relay.Ledger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The platform thread that alone writes revocations. Whoever asks for a change waits in a queue;
 * this thread takes all that are there, and commits their changes together. So many wait for the
 * disk once, and no lock is held meanwhile.
 */
final class RevocationThread implements AutoCloseable {
  /**
   * The most changes that wait. Tenants and issuers share them, and a change beyond a {@link Shares
   * share} is refused, so that a flood of logouts does not keep an operator out.
   */
  static final int MAX_WAITING = 4096;

  /** The most changes that are committed together. */
  static final int MAX_TOGETHER = 512;

  /** The most revocations that one commit changes; one change may fold many into one. */
  static final int MAX_CHANGES = 10_000;

  /** How long a caller waits for its change, and {@link #close} for the thread. */
  static final Duration WAIT = Duration.ofSeconds(10);

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final String OPERATOR = "";
  private static final Duration RETRY = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofSeconds(1);

  private final Ledger ledger;
  private final RevocationDrafts drafts;
  private final RevocationShares shares;
  private final Shares places = new Shares(MAX_WAITING);
  private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Thread thread;
  private volatile boolean closed;

  RevocationThread(Ledger ledger, RevocationDrafts drafts, RevocationShares shares) {
    this.ledger = ledger;
    this.drafts = drafts;
    this.shares = shares;
    this.thread =
        Thread.ofPlatform().name("heliograph-revocations").daemon(true).unstarted(this::run);
  }

  /** Begins to take what is asked. Called once; what was asked before that waits. */
  void start() {
    thread.start();
  }

  /** A change whose caller waits for its outcome. */
  private final class Waiting {
    private final RevocationAsk ask;
    private final String owner;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile @Nullable Outcome outcome;

    Waiting(RevocationAsk ask, String owner) {
      this.ask = ask;
      this.owner = owner;
    }

    void answer(Outcome outcome) {
      this.outcome = outcome;
      places.giveBack(owner);
      done.countDown();
    }

    Outcome await() throws InterruptedException {
      boolean inTime = done.await(WAIT.toMillis(), TimeUnit.MILLISECONDS);
      Outcome answered = outcome;
      return inTime && answered != null
          ? answered
          : new Outcome.Refused(unavailable("the disk takes too long; it may be kept yet"));
    }
  }

  /**
   * Asks for a change and waits for it for up to {@link #WAIT}; it is on the disk then, if the
   * ledger is on one. Any thread.
   */
  Outcome ask(RevocationAsk ask) {
    String owner = owner(ask);
    if (!places.take(owner)) {
      return new Outcome.Refused(unavailable("too many wait to be kept"));
    }
    Waiting waiting = new Waiting(ask, owner);
    // There are as many places as the queue has, so one is free.
    queue.add(waiting);
    if (closed) {
      refuseWaiting();
    }
    try {
      return waiting.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new Outcome.Refused(RelayException.stopping());
    }
  }

  /** Whose share a change counts in: its tenant's, or its issuer's, or that of the operator. */
  private static String owner(RevocationAsk ask) {
    return switch (ask) {
      case RevocationAsk.TakeBack(Revocation revocation) ->
          revocation
              .tenant()
              .map("tenant "::concat)
              .or(() -> revocation.issuer().map("issuer "::concat))
              .orElse(OPERATOR);
      case RevocationAsk.GiveBack _ -> OPERATOR;
    };
  }

  /** How many changes wait to be taken. */
  int waiting() {
    return queue.size();
  }

  private static RelayException unavailable(String detail) {
    return RelayException.retryAfter(ErrorCode.REVOCATIONS_UNAVAILABLE, detail, RETRY);
  }

  private void run() {
    try {
      while (!closed) {
        Waiting first = queue.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        ledger.tend();
        together(first);
      }
    } catch (InterruptedException _) {
      // The thread is to stop.
    } finally {
      closed = true;
      refuseWaiting();
    }
  }

  /**
   * Commits what is asked for; also runs if nobody asks, to forget revocations whose time is over.
   */
  private void together(@Nullable Waiting first) {
    List<Waiting> taken = new ArrayList<>();
    Outcome failed = new Outcome.Refused(unavailable("the relay has failed; see its log"));
    List<Outcome> outcomes = new ArrayList<>();
    if (first != null) {
      taken.add(first);
    }
    try (Draft draft = drafts.begin()) {
      draft.forget();
      for (Waiting next = first; next != null; next = next(draft, taken)) {
        outcomes.add(shares.decide(next.ask, draft));
      }
      draft.commit();
    } catch (RelayException e) {
      outcomes.clear();
      failed = new Outcome.Refused(unavailable("the revocation cannot be kept; see the log"));
      if (first != null) {
        LOGGER.log(System.Logger.Level.ERROR, "revocation-failed cause={0}", e.detail());
      }
    } catch (RuntimeException bug) {
      outcomes.clear();
      LOGGER.log(System.Logger.Level.ERROR, "bug thread=heliograph-revocations", bug);
    }
    for (int i = 0; i < taken.size(); i++) {
      taken.get(i).answer(i < outcomes.size() ? outcomes.get(i) : failed);
    }
  }

  private @Nullable Waiting next(Draft draft, List<Waiting> taken) {
    boolean room = taken.size() < MAX_TOGETHER && draft.size() < MAX_CHANGES;
    Waiting next = room ? queue.poll() : null;
    if (next != null) {
      taken.add(next);
    }
    return next;
  }

  private void refuseWaiting() {
    for (Waiting left = queue.poll(); left != null; left = queue.poll()) {
      left.answer(new Outcome.Refused(RelayException.stopping()));
    }
  }

  /** Refuses all that wait, and waits for what is being written. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      boolean _ = !thread.isAlive() || thread.join(WAIT);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    // A thread that was never started has not done this itself.
    refuseWaiting();
  }
}
