package heliograph.publisher;

import heliograph.contract.Event;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Publishes events to a relay. Events are sent in batches, signed, and sent again with the same ids
 * until the relay answers; each publish has one answer.
 *
 * {@snippet :
 * try (Publisher publisher =
 *     Publisher.to(
 *             URI.create("https://relay.example/v1/hooks/shop"),
 *             Credential.secret(System.getenv("RELAY_SECRET")))
 *         .open()) {
 *   Published paid =
 *       publisher
 *           .publish(
 *               EventBuilder.event("/shop", "order.paid", "acme", "orders.42")
 *                   .json("{\"order\":42}")
 *                   .build())
 *           .join();
 * }
 * }
 *
 * <p><b>Order.</b> Events are stored in the order in which they were accepted, as there is one
 * request under way at a time. Two publishes by one thread are accepted one after the other. An
 * event that fails is missing from that order, and those after it are sent all the same.
 *
 * <p><b>No loss.</b> What is accepted is in memory until the relay has stored it: if the process
 * ends without {@link #close()}, it is gone. An event that must not be lost is kept with its id in
 * the database transaction that caused it (an outbox), and forgotten when its future completes.
 *
 * <p><b>Threads.</b> Any number, platform or virtual; nothing here pins a virtual thread. A
 * publisher has two virtual threads of its own. Use one publisher for a process and an address.
 */
public final class Publisher implements AutoCloseable {
  /** How long closing waits, after its time is over, for the futures to be completed. */
  static final Duration GRACE = Duration.ofSeconds(5);

  private final Settings settings;
  private final EventQueue queue;
  private final Answers answers;
  private final Thread sender;
  private final Optional<HttpClient> ownClient;

  Publisher(Settings settings, Optional<HttpClient> given) {
    this.settings = settings;
    this.queue = new EventQueue(settings.batches(), settings.room());
    this.answers = new Answers(queue);
    HttpClient http = given.orElseGet(() -> client(settings.requestTimeout()));
    this.ownClient = given.isPresent() ? Optional.empty() : Optional.of(http);
    Relay relay = new Relay(settings, http, InstantSource.system());
    Settings.Retries retries = settings.retries();
    Backoff backoff =
        new Backoff(
            retries.firstPause(),
            retries.maxPause(),
            () -> ThreadLocalRandom.current().nextDouble());
    Sender work = new Sender(queue, answers, relay, retries, backoff);
    this.sender = Thread.ofVirtual().name("heliograph-publisher").unstarted(work);
  }

  /**
   * Begins a publisher.
   *
   * @param address where the relay takes events: {@code https://HOST/v1/hooks/NAME}, or {@code
   *     https://HOST/v1/events} with a token. Plain {@code http} shows a key or a token to whoever
   *     is in between
   * @throws IllegalArgumentException if it is not an absolute URL of http or https, or has user
   *     information, a query or a fragment
   */
  public static PublisherBuilder to(URI address, Credential credential) {
    return new PublisherBuilder(address, credential);
  }

  void start() {
    answers.start();
    sender.start();
  }

  private static HttpClient client(Duration timeout) {
    return HttpClient.newBuilder()
        // The relay speaks HTTP/1.1, and an upgrade would only be a detour.
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(timeout)
        .build();
  }

  /**
   * Publishes an event. It never throws for what is wrong with an event, a relay or a network: the
   * future fails with a {@link PublishException}, whose kind says what can be done.
   *
   * <p>If the queue is full it waits for room or fails, as {@link PublisherBuilder#blockWhenFull}
   * and {@link PublisherBuilder#failWhenFull} say. In code that hangs onto a future of this
   * publisher it does not wait, because that is where room comes from.
   *
   * <p>The future is completed on a thread of the publisher, one after the other. Code that hangs
   * onto it and is slow holds up the answers, and then those who publish: use the {@code Async}
   * methods of {@link CompletableFuture} for it. To cancel it does not take the event back.
   *
   * @return where the event is in the log, once the relay has stored it
   */
  public CompletableFuture<Published> publish(Event event) {
    if (event.size() > settings.maxEventBytes()) {
      return failed(PublishException.Kind.TOO_LARGE, "over " + settings.maxEventBytes() + " bytes");
    }
    byte[] json;
    try {
      json = EventJson.of(event);
    } catch (PublishException e) {
      return CompletableFuture.failedFuture(e);
    }
    // In JSON it may have more bytes, by escapes and base64.
    if (json.length > Math.min(settings.batches().maxBytes() - 2, settings.room().maxBytes())) {
      return failed(PublishException.Kind.TOO_LARGE, "in JSON over the bytes of a batch");
    }
    Pending pending = new Pending(event.id(), json);
    return switch (queue.offer(pending, Thread.currentThread() != answers.thread())) {
      case ACCEPTED -> pending.answer();
      case FULL -> failed(PublishException.Kind.QUEUE_FULL, "the queue is full");
      case INTERRUPTED ->
          failed(PublishException.Kind.QUEUE_FULL, "interrupted while waiting for room");
      case CLOSED -> failed(PublishException.Kind.CLOSED, "the publisher is closed");
    };
  }

  private static CompletableFuture<Published> failed(PublishException.Kind kind, String message) {
    return CompletableFuture.failedFuture(PublishException.unsent(kind, message));
  }

  /** How many events were accepted and are not answered yet. */
  public int unanswered() {
    return queue.held();
  }

  /** Closes it within the time of {@link PublisherBuilder#closeWithin}. */
  @Override
  public void close() {
    close(settings.closeWithin());
  }

  /**
   * Accepts nothing more, sends what was accepted, in order, and returns when all of it is
   * answered. When the time is over, or this thread is interrupted, the rest fails with {@link
   * PublishException.Kind#CLOSED}; {@link PublishException#mayBeStored()} tells what was under way.
   * Closing again has no effect. Code that hangs onto futures and does not return is waited for 5
   * seconds at most.
   *
   * @param within how long to go on sending; zero: not at all
   */
  public void close(Duration within) {
    queue.close();
    if (Thread.currentThread() == answers.thread()) {
      // In code that hangs onto a future: to wait here would be to wait for itself.
      return;
    }
    boolean interrupted = !joined(sender, within);
    sender.interrupt();
    // Nothing keeps the sender now but this machine, and nothing the answers but the caller's code.
    interrupted |= !joined(sender, GRACE);
    interrupted |= !joined(answers.thread(), GRACE);
    ownClient.ifPresent(HttpClient::shutdownNow);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the end of a thread. False: this thread was interrupted meanwhile. */
  private static boolean joined(Thread thread, Duration within) {
    try {
      // Whether it has ended is not asked for: what follows is the same.
      thread.join(within);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Says where it publishes, and nothing of the credential. */
  @Override
  public String toString() {
    return "Publisher[" + settings.address() + "]";
  }
}
