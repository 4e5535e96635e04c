package heliograph.publisher;

import java.util.concurrent.CompletableFuture;

/**
 * An event that was accepted and has no answer yet. Its counts belong to the sender's thread, and
 * the rest does not change.
 */
final class Pending {
  private final String id;
  private final byte[] json;
  private final CompletableFuture<Published> answer = new CompletableFuture<>();

  /** When it was accepted, by {@link System#nanoTime()}; set once, before the sender sees it. */
  private long accepted;

  // The sender's thread.
  private int attempts;
  private boolean mayBeStored;

  Pending(String id, byte[] json) {
    this.id = id;
    this.json = json;
  }

  String id() {
    return id;
  }

  byte[] json() {
    return json;
  }

  CompletableFuture<Published> answer() {
    return answer;
  }

  long accepted() {
    return accepted;
  }

  void acceptedAt(long nanos) {
    accepted = nanos;
  }

  int attempts() {
    return attempts;
  }

  void countAttempt() {
    attempts++;
  }

  /** Takes an attempt back that failed for others of its request. */
  void uncountAttempt() {
    attempts--;
  }

  boolean mayBeStored() {
    return mayBeStored;
  }

  void markUnsure() {
    mayBeStored = true;
  }
}
