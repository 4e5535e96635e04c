package heliograph.relay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to change in a ledger together; of two changes of one key the later holds. One thread.
 */
public final class LedgerChanges {
  private final List<Change> changes = new ArrayList<>();

  /**
   * Where changes are made.
   *
   * @param <E> what it throws where they cannot be made
   */
  public interface Target<E extends Exception> {
    void put(byte[] key, byte[] value) throws E;

    void delete(byte[] key) throws E;
  }

  /** One change; without a value the key goes. */
  private static final class Change {
    private final byte[] key;
    private final byte @Nullable [] value;

    Change(byte[] key, byte @Nullable [] value) {
      this.key = key;
      this.value = value;
    }
  }

  /** The key gets this value, whether it had one or not. */
  public void put(byte[] key, byte[] value) {
    changes.add(new Change(key, value));
  }

  /** The key goes, if it is there. */
  public void delete(byte[] key) {
    changes.add(new Change(key, null));
  }

  /** Whether nothing is to change. */
  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /**
   * Makes the changes, in the order in which they were put down.
   *
   * @param <E> what the target throws
   */
  public <E extends Exception> void make(Target<E> target) throws E {
    for (Change change : changes) {
      byte[] value = change.value;
      if (value == null) {
        target.delete(change.key);
      } else {
        target.put(change.key, value);
      }
    }
  }
}
