package heliograph.publisher;

import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Completes futures, in the order of the answers, on a thread of its own: what callers hang onto
 * them may be slow, and must not hold up the sending. It holds at most what {@link EventQueue} has
 * room for. {@link #settle} and {@link #end} belong to the sender's thread.
 */
final class Answers {
  private final EventQueue queue;
  private final LinkedBlockingQueue<Optional<Runnable>> settled = new LinkedBlockingQueue<>();
  private final Thread thread;

  Answers(EventQueue queue) {
    this.queue = queue;
    this.thread = Thread.ofVirtual().name("heliograph-publisher-answers").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  Thread thread() {
    return thread;
  }

  void stored(Pending event, Published published) {
    settle(event, () -> event.answer().complete(published));
  }

  void failed(Pending event, PublishException failure) {
    settle(event, () -> event.answer().completeExceptionally(failure));
  }

  private void settle(Pending event, Runnable completion) {
    settled.add(
        Optional.of(
            () -> {
              completion.run();
              queue.release(event);
            }));
  }

  /** Ends the thread after the last answer. */
  void end() {
    settled.add(Optional.empty());
  }

  private void run() {
    while (true) {
      try {
        Optional<Runnable> next = settled.take();
        if (next.isEmpty()) {
          return;
        }
        next.get().run();
      } catch (InterruptedException e) {
        // Only a caller's own code can do this to us, and what it leaves open would never end.
      }
    }
  }
}
