package heliograph.gateway.wire;

import java.util.HashMap;
import java.util.Map;

/**
 * A bound on how many there are of something, which groups and their members share. A group may
 * take as many as are still free, and so half of all if it is alone; a member may take as many as
 * its group might still take. So whoever comes finds one free, however many another has. Any
 * thread.
 */
public final class Shares {
  private final int most;

  // These are guarded by this.
  private final Map<String, Group> groups = new HashMap<>();
  private int taken;

  /** Makes shares of which all are free. */
  public Shares(int most) {
    this.most = most;
  }

  private static final class Group {
    final Map<String, Integer> members = new HashMap<>();
    int taken;
  }

  /**
   * Takes one for a group that has no members.
   *
   * @return whether its share was large enough
   */
  public boolean take(String group) {
    return take(group, most);
  }

  private synchronized boolean take(String group, int left) {
    Group its = groups.get(group);
    int had = its == null ? 0 : its.taken;
    if (left <= 0 || had >= most - taken) {
      return false;
    }
    groups.computeIfAbsent(group, _ -> new Group()).taken++;
    taken++;
    return true;
  }

  /**
   * Takes one for a member of a group.
   *
   * @return whether the shares of both were large enough
   */
  public synchronized boolean take(String group, String member) {
    Group its = groups.get(group);
    int ofGroup = its == null ? 0 : its.taken;
    int ofMember = its == null ? 0 : its.members.getOrDefault(member, 0);
    if (!take(group, most - taken - ofGroup - ofMember)) {
      return false;
    }
    groups.computeIfAbsent(group, _ -> new Group()).members.merge(member, 1, Integer::sum);
    return true;
  }

  /** Gives one back that a group without members took. */
  public synchronized void giveBack(String group) {
    groups.computeIfPresent(
        group,
        (_, its) -> {
          its.taken--;
          taken--;
          return its.taken == 0 ? null : its;
        });
  }

  /** Gives one back that a member took. */
  public synchronized void giveBack(String group, String member) {
    Group its = groups.get(group);
    if (its != null) {
      its.members.computeIfPresent(member, (_, n) -> n == 1 ? null : n - 1);
    }
    giveBack(group);
  }

  /** How many are taken. */
  public synchronized int taken() {
    return taken;
  }
}
