package heliograph.relay;

import heliograph.contract.TopicPattern;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The subscriptions that share an interest, so that an event is matched and encoded once for all of
 * them. Members come and go under the lock of {@link OpenStreams}; the log thread delivers without
 * it.
 */
final class Cohort {
  private final Interest shared;

  // A join or a leave copies the array: 80 KB and some 10 us at 20,000 members, so that a flood
  // of 20,000 joins copies 0.8 GB in all. In return the log thread, which passes here with each
  // event, reads memory in order, and a cohort of one member is small.
  private final List<Subscription> members = new CopyOnWriteArrayList<>();

  // Owned by the log thread.
  private long lastSearch;

  /**
   * @param shared an interest that {@link Interest#shared} has made
   */
  Cohort(Interest shared) {
    this.shared = shared;
  }

  List<TopicPattern> topics() {
    return shared.topics();
  }

  Set<String> roles() {
    return shared.claims().roles();
  }

  /** Whether the search has not come to this cohort before. On the log thread. */
  boolean isNewTo(long search) {
    boolean isNew = lastSearch != search;
    lastSearch = search;
    return isNew;
  }

  /**
   * Hands the members what they see of the event, which is the same for all. On the log thread.
   *
   * @param named the users that have been handed the event by name already, and are left out here
   */
  void deliver(StoredEvent stored, Masks masks, Set<String> named, Instant now) {
    shared.view(stored, masks, now).ifPresent(seen -> handAll(seen, named));
  }

  private void handAll(StoredEvent seen, Set<String> named) {
    boolean nobody = named.isEmpty();
    for (Subscription member : members) {
      // The claims lie elsewhere in memory, so they are not looked at where nobody is named.
      if (nobody || !named.contains(member.claims().subject())) {
        hand(seen, member);
      }
    }
  }

  /** Offers an event whose frame is made here, once, and not by the thread of each stream. */
  static void hand(StoredEvent seen, Subscription subscription) {
    seen.frame(subscription.dialect());
    subscription.offer(seen);
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
