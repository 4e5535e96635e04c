package heliograph.relay;

import heliograph.contract.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A log that lets a test step in at a moment it chooses, so that what is a race elsewhere always
 * happens here: it stalls, fails or publishes in between. Any thread.
 */
final class StagedLog implements EventLog {
  private volatile EventLog log;
  private Consumer<Shown> follower = _ -> {};
  private volatile boolean hides;
  private final List<Integer> commits = new CopyOnWriteArrayList<>();
  private volatile Runnable beforeAppend = () -> {};
  private volatile Runnable beforeRead = () -> {};
  private volatile Runnable afterRead = () -> {};
  private volatile Runnable afterHead = () -> {};
  private volatile Runnable beforeTrim = () -> {};

  StagedLog(EventLog log) {
    this.log = log;
  }

  /** Before each commit from now on, on the log thread. */
  void beforeAppend(Runnable act) {
    beforeAppend = act;
  }

  /** Before each read from now on. */
  void beforeRead(Runnable act) {
    beforeRead = act;
  }

  /** Before each trim from now on, on the log thread. */
  void beforeTrim(Runnable act) {
    beforeTrim = act;
  }

  /**
   * Once, when the head is looked up after a read: after it was read, before the caller learns it.
   */
  void afterNextHeadOnceRead(Runnable act) {
    afterRead =
        () -> {
          afterRead = () -> {};
          afterHead =
              () -> {
                afterHead = () -> {};
                act.run();
              };
        };
  }

  /** How many events each commit had that went well. */
  List<Integer> commits() {
    return List.copyOf(commits);
  }

  @Override
  public String epoch() {
    return log.epoch();
  }

  @Override
  public void follow(Consumer<Shown> shown) {
    follower = shown;
    log.follow(this::pass);
  }

  private void pass(Shown shown) {
    if (!hides) {
      follower.accept(shown);
    }
  }

  /** Whether what is stored from now on is not shown. */
  void hide(boolean hides) {
    this.hides = hides;
  }

  /** Shows something on the calling thread. */
  void show(Shown shown) {
    follower.accept(shown);
  }

  /** Goes over to another log, as to a new life of this one, and shows that. */
  void beginAnew(EventLog fresh) {
    fresh.follow(this::pass);
    log = fresh;
    follower.accept(new Shown.NewEpoch(fresh.epoch()));
  }

  @Override
  public List<Receipt> append(List<Published> events) {
    beforeAppend.run();
    List<Receipt> receipts = log.append(events);
    commits.add(events.size());
    return receipts;
  }

  @Override
  public Page read(Tenant tenant, long after, int max, long maxBytes) {
    beforeRead.run();
    Page page = log.read(tenant, after, max, maxBytes);
    afterRead.run();
    return page;
  }

  @Override
  public long head(Tenant tenant) {
    long head = log.head(tenant);
    afterHead.run();
    return head;
  }

  @Override
  public long oldest(Tenant tenant) {
    return log.oldest(tenant);
  }

  @Override
  public long before(Tenant tenant, Instant time) {
    return log.before(tenant, time);
  }

  @Override
  public boolean isNew(Tenant tenant) {
    return log.isNew(tenant);
  }

  @Override
  public int tenants() {
    return log.tenants();
  }

  @Override
  public Optional<String> trouble() {
    return log.trouble();
  }

  @Override
  public void trim() {
    beforeTrim.run();
    log.trim();
  }

  @Override
  public void close() {
    log.close();
  }
}
