package heliograph.relay;

import heliograph.contract.Cursor;
import java.util.List;

/** The trace of an event that nobody follows. Any thread. */
final class Untraced implements Trace {
  @Override
  public void committed(List<Trace> all, Commit commit) {}

  @Override
  public void walks(Cursor cursor) {}

  @Override
  public void walked(int cohorts, int streams, int queued) {}

  @Override
  public void written() {}

  @Override
  public void lost() {}
}
