package heliograph.relay;

import heliograph.contract.Cursor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A trace that notes what it is told. Any thread. */
final class NotingTrace implements Trace {
  private final List<String> told = new CopyOnWriteArrayList<>();

  /** All that it was told, in order. */
  List<String> told() {
    return List.copyOf(told);
  }

  @Override
  public void committed(List<Trace> all, Commit commit) {
    told.add("committed %d of %d %s".formatted(all.size(), commit.events(), word(commit.stored())));
  }

  private static String word(boolean stored) {
    return stored ? "stored" : "failed";
  }

  @Override
  public void walks(Cursor cursor) {
    told.add("walks " + cursor.sequence());
  }

  @Override
  public void walked(int cohorts, int streams, int queued) {
    told.add("walked %d %d %d".formatted(cohorts, streams, queued));
  }

  @Override
  public void written() {
    told.add("written");
  }

  @Override
  public void lost() {
    told.add("lost");
  }
}
