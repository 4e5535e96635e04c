package heliograph.relay;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.util.concurrent.CountDownLatch;

/** A place where a thread stops until the test lets it pass. Interrupted, it cannot store. */
final class Gate implements Runnable {
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);

  @Override
  public void run() {
    reached.countDown();
    try {
      open.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new RelayException(ErrorCode.LOG_UNAVAILABLE, "interrupted before it was stored");
    }
  }

  void awaitReached() {
    Aside.await(() -> reached.getCount() == 0);
  }

  void open() {
    open.countDown();
  }
}
