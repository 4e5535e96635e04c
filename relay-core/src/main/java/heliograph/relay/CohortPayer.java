package heliograph.relay;

import heliograph.contract.Tenant;
import java.util.List;

/**
 * Has the members of a cohort pay for its filter. The tenant is charged at once. The members share
 * the time equally, and are charged when that is worth it: one after the other for each event would
 * take longer than the filter where there are many. Owned by whoever delivers the tenant's events.
 */
final class CohortPayer implements Payer {
  // To charge a member takes a tenth of this, or less.
  private static final long WORTH = 1000;

  private final Spending spending;
  private final Tenant tenant;
  private final List<Subscription> members;
  private long owed;
  private boolean late;

  /**
   * @param members who pays, as they come and go; only looked at while a filter is asked
   */
  CohortPayer(Spending spending, Tenant tenant, List<Subscription> members) {
    this.spending = spending;
    this.tenant = tenant;
    this.members = members;
  }

  @Override
  public Choice ask(Filter filter, StoredEvent seen) {
    long began = spending.nanos();
    if (spending.areExhausted(tenant, members, began)) {
      late = true;
      return Choice.LATE;
    }
    boolean wanted = filter.wants(seen);
    pay(spending.nanos() - began);
    return Choice.of(wanted);
  }

  private void pay(long nanos) {
    spending.spent(tenant, nanos);
    owed += nanos;
    int count = members.size();
    // A single member is charged each time.
    if (count > 0 && (count == 1 || owed >= WORTH * count)) {
      spending.spentBy(tenant, members, owed / count);
      owed = 0;
    }
  }

  /**
   * Whether the filter was not asked since the last call, because tenant or members are beyond
   * their budget. Then the members have to read from the log what they were not offered.
   */
  boolean takeLate() {
    boolean was = late;
    late = false;
    return was;
  }
}
