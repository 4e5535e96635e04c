package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * What was done on the admin listener: who, from where, what, why, and what became of it. What
 * cannot be noted is not done. Nothing here is ever a secret. Any thread.
 */
public final class Audit {
  /** The most entries in memory; the oldest are forgotten, but not in the file. */
  public static final int MAX_LAST = 200;

  private static final Duration RETRY = Duration.ofSeconds(10);
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Optional<AuditFile> file;
  private final String place;
  private final InstantSource clock;

  // It is held while the file is written: the file and the last entries have to have one order.
  // Only
  // operators wait for it, and only for each other.
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final Deque<AuditEntry> last = new ArrayDeque<>();
  private boolean broken;

  /** Makes an audit, and warns if its file cannot be written. */
  public Audit(AuditConfig config, InstantSource clock) {
    this.file = config.file().map(it -> new AuditFile(it, config.bytes(), config.files()));
    this.place = config.file().map(Object::toString).orElse("");
    this.clock = clock;
    file.ifPresent(this::check);
  }

  private void check(AuditFile lines) {
    lock.lock();
    try {
      lines.check();
    } catch (IOException e) {
      broken = true;
      tellOfTrouble(e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has something done, if it can be noted. What is about to be done is noted first, and what
   * became of it afterwards.
   *
   * @param action does it
   * @return what the action returns
   * @throws RelayException AUDIT_UNAVAILABLE if it cannot be noted, and so was not begun; otherwise
   *     what the action throws
   */
  public <T> T act(Operator who, Deed deed, Supplier<T> action) {
    note(who, deed, AuditEntry.ASKED);
    String result = AuditEntry.FAILED;
    try {
      T made = action.get();
      result = AuditEntry.DONE;
      return made;
    } catch (RelayException refusal) {
      result = AuditEntry.REFUSED + refusal.code();
      throw refusal;
    } finally {
      noteIfPossible(who, deed, result);
    }
  }

  /**
   * Notes something that was done, or is about to be.
   *
   * @param result what became of it, as {@link AuditEntry} has it
   * @throws RelayException AUDIT_UNAVAILABLE if it cannot be noted
   */
  public void note(Operator who, Deed deed, String result) {
    AuditEntry entry =
        new AuditEntry(clock.instant(), who.name(), who.address(), who.agent(), deed, result);
    Optional<IOException> trouble = Optional.empty();
    boolean changed;
    lock.lock();
    try {
      if (file.isPresent()) {
        trouble = written(file.get(), entry);
      }
      changed = trouble.isPresent() != broken;
      broken = trouble.isPresent();
      if (!broken) {
        keep(entry);
      }
    } finally {
      lock.unlock();
    }
    if (changed && trouble.isEmpty()) {
      LOGGER.log(System.Logger.Level.INFO, "audit-available file={0}", place);
    }
    if (trouble.isPresent()) {
      if (changed) {
        tellOfTrouble(trouble.get());
      }
      throw RelayException.retryAfter(
          ErrorCode.AUDIT_UNAVAILABLE, "this cannot be noted, so it was not done", RETRY);
    }
  }

  /** Notes what cannot be taken back, or was refused anyway. */
  void noteIfPossible(Operator who, Deed deed, String result) {
    try {
      note(who, deed, result);
    } catch (RelayException _) {
      // The log says so already.
    }
  }

  private static Optional<IOException> written(AuditFile file, AuditEntry entry) {
    try {
      file.append(entry.line());
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  private void keep(AuditEntry entry) {
    if (last.size() == MAX_LAST) {
      last.removeFirst();
    }
    last.addLast(entry);
  }

  private void tellOfTrouble(IOException cause) {
    LOGGER.log(
        System.Logger.Level.WARNING,
        "audit-unavailable file={0} cause={1}",
        place,
        cause.toString());
  }

  /** The last entries, the oldest first. */
  public List<AuditEntry> last() {
    lock.lock();
    try {
      return List.copyOf(last);
    } finally {
      lock.unlock();
    }
  }
}
