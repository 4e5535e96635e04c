package heliograph.relay;

import heliograph.contract.Event;
import heliograph.contract.TopicPattern;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions that share an interest, so that an event is matched and encoded once for all of
 * them. Members come and go under the lock of {@link OpenStreams}; the tenant's worker walks over
 * them without it.
 */
final class Cohort {
  private final Interest shared;

  // A join or a leave copies the array: 80 KB and some 10 us at 20,000 members, so that a flood
  // of 20,000 joins copies 0.8 GB in all. In return the worker, which passes here with each event,
  // reads memory in order, and a cohort of one member is small.
  private final List<Subscription> members = new CopyOnWriteArrayList<>();

  // Owned by the tenant's worker. Where there is no filter, nobody pays.
  private final @Nullable CohortPayer payer;
  private long lastSearch;

  /**
   * Makes a cohort without members.
   *
   * @param shared an interest that {@link Interest#shared} has made
   * @param payer makes who pays for the filter, of the members as they come and go; it is not
   *     called where there is no filter
   */
  Cohort(Interest shared, Function<List<Subscription>, CohortPayer> payer) {
    this.shared = shared;
    this.payer = shared.filter() == Filter.EVERY ? null : payer.apply(members);
  }

  List<TopicPattern> topics() {
    return shared.topics();
  }

  Set<String> roles() {
    return shared.claims().roles();
  }

  /** Whether the search has not come to this cohort before. By the tenant's worker. */
  boolean isNewTo(long search) {
    boolean isNew = lastSearch != search;
    lastSearch = search;
    return isNew;
  }

  /** Whether the event is for all members, before masks and filter. Any thread. */
  boolean matches(Event event, Instant now) {
    return shared.matches(event, now);
  }

  /** How many members there are at this moment. Any thread. */
  int size() {
    return members.size();
  }

  /** What all members see of the event; empty if they do not see it, or are {@link #isLate}. */
  Optional<StoredEvent> view(StoredEvent stored, Masks masks, Instant now) {
    return shared.view(stored, masks, now, payer == null ? Payer.NOBODY : payer);
  }

  /**
   * Whether it was left open what the members see of the event that was just looked at, because
   * they have had their share of the time for filters.
   */
  boolean isLate() {
    return payer != null && payer.takeLate();
  }

  /** Those who are members at this moment. */
  Iterator<Subscription> members() {
    return members.iterator();
  }

  void add(Subscription member) {
    members.add(member);
  }

  void remove(Subscription member) {
    members.remove(member);
  }

  boolean isEmpty() {
    return members.isEmpty();
  }
}
