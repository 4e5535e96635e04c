package heliograph.gateway.wire;

import heliograph.contract.RelayException;
import heliograph.gateway.telemetry.Metrics.Cut;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.Method;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A connection of either listener, for as long as requests come by it. Every part of Helidon reads
 * and writes through it and waits nowhere else for the client, so every wait has an end.
 *
 * <p>From a connection's first byte to its last, one watch holds:
 *
 * <table>
 * <caption>What a connection is at, and what ends it</caption>
 * <tr><th>it is at</th><th>who watches</th><th>for how long</th><th>then</th></tr>
 * <tr><td>the header of a PROXY protocol, a TLS handshake</td><td>{@link AcceptedSockets}, from when
 * it was accepted</td><td>{@code limits.head-timeout}</td><td>it is cut</td></tr>
 * <tr><td>{@link Stage#NEW}: nothing has come</td><td>this</td><td>{@code head-timeout}</td><td>it is
 * cut</td></tr>
 * <tr><td>{@link Stage#LINE}: a first line has begun</td><td>this, from its first byte</td><td>{@code
 * head-timeout}</td><td>it is cut: without a first line there is nothing to answer</td></tr>
 * <tr><td>{@link Stage#HEAD}: a first line is there</td><td>this, from the same byte</td><td>{@code
 * head-timeout}</td><td>408, and it is cut</td></tr>
 * <tr><td>{@link Stage#BODY}: a head is there; its body is read by a handler, or read and dropped
 * after a refusal, whoever refused</td><td>this, from the same byte</td><td>{@code
 * limits.request-timeout}</td><td>408 unless it was answered, and it is cut</td></tr>
 * <tr><td>a write: of an answer of any kind, of {@code 100 Continue}</td><td>this, each {@value AnswerPieces#PIECE}
 * bytes anew: a slow line is not a hung one</td><td>{@code stream.write-timeout}</td><td>it is
 * cut</td></tr>
 * <tr><td>{@link Stage#RESTING}: an answer was given and nothing of a next request has come</td><td>
 * this</td><td>{@code limits.keep-alive-timeout}; {@link #SHORT_REST} where too many
 * rest</td><td>it is closed</td></tr>
 * <tr><td>a stream</td><td>the keeper of {@code Lanes}, and {@code Connection} while it opens and
 * closes</td><td>{@code stream.write-timeout} for each write; a stream that is silent has
 * heartbeats</td><td>it ends with {@code slow}</td></tr>
 * </table>
 *
 * <p>None of this runs while a handler works and neither reads nor writes: what a handler waits for
 * has bounds of its own (the log's queue, an upstream's timeout, the {@code wait} of a poll).
 *
 * <p>What a connection holds has bounds as well. Heads count in the room of heads until their
 * requests are served, pieces of bodies that are gathered here count in the room of the body, and
 * answers that are being written in the room of answers. All connections of a listener share these,
 * and where one is full, who has held something for longest gives way, of the owner that holds most
 * ({@link Room}).
 *
 * <p>The reader is its own also because a reader keeps the bytes that came last, and Helidon's
 * lives as long as the socket: a stream would keep its request, with the token in it, for hours.
 * Only the connection's own thread reads and writes; any thread may call the rest.
 */
public final class RequestingConnection implements ConnectionContext, Watchdog.Watched {
  // These bytes are counted for each read besides its own, for an array and a link to it; and for
  // each field of a head.
  private static final int LINK = 64;
  private static final int FIELD = 100;
  private static final long NEVER = 0;

  /** How long a connection may rest where too many do: whoever is busy comes back within this. */
  static final Duration SHORT_REST = Duration.ofSeconds(1);

  // The last word to a client may take this long.
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  /** How far a request has come. */
  enum Stage {
    NEW,
    RESTING,
    LINE,
    HEAD,
    BODY
  }

  private final ConnectionContext connection;
  private final @Nullable Socket tls;
  private final RequestTimeouts timeouts;
  private final ConnectionTimes times;
  private final RequestBytes reader;
  private final AnswerPieces writer;

  // Only the connection's own thread uses these. The nanosecond at which the stage began, or the
  // request.
  private long since;
  private final Held head;
  private Held body;

  // Only the connection's own thread writes this.
  private volatile Stage stage = Stage.NEW;

  // The nanosecond at which the current wait is over. Whoever sets it back to NEVER decides: the
  // thread that waited goes on, or another one cuts the connection.
  private final AtomicLong deadline = new AtomicLong(NEVER);
  private volatile boolean writing;
  // Why the connection is about to be cut; null until it is.
  private volatile @Nullable Cut lastWord;

  private final AtomicBoolean isCut = new AtomicBoolean();

  // Whether the request has an answer, on its way or written; whoever sets it may write it.
  private final AtomicBoolean answered = new AtomicBoolean();

  /**
   * Wraps a connection of Helidon.
   *
   * @param tls the socket under TLS; null without TLS, and where {@link AcceptedSockets} has none
   * @param maxChunk the most bytes of one chunk of a body
   */
  RequestingConnection(
      ConnectionContext connection, @Nullable Socket tls, RequestTimeouts timeouts, int maxChunk) {
    this.connection = connection;
    this.tls = tls;
    this.timeouts = timeouts;
    this.times = timeouts.times();
    this.since = timeouts.nanos();
    this.writer = new AnswerPieces(timeouts.answers(), this::crowdOut, this::write);
    this.head = held(timeouts.heads());
    this.body = head;
    this.reader = new RequestBytes(this::pull, maxChunk, new Reading());
  }

  /** The socket under TLS; null without TLS. */
  public @Nullable Socket tls() {
    return tls;
  }

  /** Begins a request, whose first line is there. */
  void begun(Method method) {
    if (stage != Stage.LINE) {
      // The line came in one piece with the end of the request before.
      since = timeouts.nanos();
    }
    enter(Stage.HEAD);
    answered.set(false);
    writer.begin(method.equals(Method.HEAD));
  }

  /**
   * Ends the head of a request, which is held until the request is served; returns its first line.
   */
  RequestLine headed() {
    enter(Stage.BODY);
    body = held(timeouts.heads());
    return reader.line();
  }

  /** Whether the client speaks HTTP/1.0, to which no chunks can be sent. */
  public boolean isOld() {
    return reader.line().old();
  }

  /**
   * Counts the body of the request in a room from now on, as far as it is gathered here.
   *
   * @param owner whose share it counts in
   */
  void receives(Room bodies, String owner) {
    body.release();
    body = new Held(bodies, owner, this::crowdOut);
  }

  /** Leaves the answer to the request uncounted here: it counts by a place that its handler has. */
  void answerCounts() {
    writer.counted();
  }

  /**
   * Begins the answer to the request.
   *
   * @throws CloseConnectionException if another thread has refused the request meanwhile
   */
  void answered() {
    if (!answered.compareAndSet(false, true)) {
      // Before Helidon writes a second answer behind the one that was written past it.
      throw new CloseConnectionException("it was refused past its handler");
    }
  }

  /** Ends the request, all of which was read and answered. */
  void rests() {
    since = timeouts.nanos();
    enter(Stage.RESTING);
    answered.set(false);
    release();
  }

  /** Ends the last request of the connection: it is gone, or a stream has it. */
  void left() {
    if (stage == Stage.RESTING) {
      timeouts.rest(-1);
    }
    release();
  }

  /** Gives back all that was counted for requests. */
  private void release() {
    head.release();
    body.release();
  }

  private void enter(Stage next) {
    if (stage == Stage.RESTING) {
      timeouts.rest(-1);
    }
    if (next == Stage.RESTING) {
      timeouts.rest(1);
    }
    stage = next;
  }

  /** Waits for more bytes; null at the end of the connection. */
  private byte @Nullable [] pull() {
    long mine = await(false, since + limit().toNanos());
    byte[] bytes;
    try {
      bytes = connection.serverSocket().get();
    } catch (UncheckedIOException e) {
      // Helidon's own reader throws this too, and its handling of requests takes it for no bug.
      throw new ServerConnectionException("the connection cannot be read", e);
    } finally {
      over(mine);
    }
    if (stage == Stage.NEW || stage == Stage.RESTING) {
      since = timeouts.nanos();
      enter(Stage.LINE);
    }
    if (bytes != null) {
      (stage == Stage.BODY ? body : head).add(bytes.length + LINK);
    }
    return bytes;
  }

  private Duration limit() {
    return switch (stage) {
      case NEW, LINE, HEAD -> times.head();
      case BODY -> times.request();
      case RESTING -> times.keepAlive();
    };
  }

  private Held held(Room room) {
    return new Held(room, Room.STRANGERS, this::crowdOut);
  }

  /** Cuts the connection, because what it holds is needed by others. */
  private void crowdOut() {
    cut(Cut.MEMORY);
  }

  /** Counts what the bytes became. */
  private final class Reading implements RequestBytes.Reading {
    @Override
    public void field() {
      head.add(FIELD);
    }

    @Override
    public void taken() {
      body.release();
    }
  }

  /** Begins a wait for the client; returns the deadline, by which {@link #over} knows it. */
  private long await(boolean write, long until) {
    writing = write;
    long mine = until == NEVER ? until + 1 : until;
    deadline.set(mine);
    return mine;
  }

  /**
   * Ends a wait for the client; throws if the connection was cut meanwhile, so that nobody goes on
   * with it.
   */
  private void over(long mine) {
    if (!deadline.compareAndSet(mine, NEVER)) {
      // Unwinds the handler with Helidon's stack: the client has had its answer, or none is left.
      throw new CloseConnectionException("its time was over");
    }
  }

  /** Cuts the connection if it has waited for too long. */
  @Override
  public void look(long nowNanos) {
    long due = deadline.get();
    if (due != NEVER
        && nowNanos - due >= -shortened().toNanos()
        && deadline.compareAndSet(due, NEVER)) {
      Thread.ofVirtual().start(this::timeOut);
    }
  }

  /**
   * By how much the present wait is shortened. If the stage changes after this has looked, so does
   * the deadline, and the connection is left alone.
   */
  private Duration shortened() {
    return stage == Stage.RESTING && timeouts.tooManyRest()
        ? times.keepAlive().minus(SHORT_REST)
        : Duration.ZERO;
  }

  private void timeOut() {
    Cut last = lastWord;
    if (last == null && !writing && isAsked()) {
      refuse(timeouts.tooLate(), Cut.REQUEST);
    } else {
      cut(last == null ? reason() : last);
    }
  }

  private boolean isAsked() {
    return stage == Stage.HEAD || stage == Stage.BODY;
  }

  /**
   * Refuses the request unless it was answered, and cuts the connection. A thread that waits for
   * the client finds its time over. This waits for a second at most to write the refusal. Any
   * thread.
   */
  void refuse(RelayException refusal, Cut why) {
    // Even a small answer waits if the client has not read what was written before.
    lastWord = why;
    deadline.set(timeouts.nanos() + LAST_WORD.toNanos() | 1);
    if (isAsked() && answered.compareAndSet(false, true)) {
      timeouts.refused(refusal);
      try {
        connection.serverSocket().write(BufferData.create(CutAnswer.of(refusal)));
      } catch (UncheckedIOException _) {
        // The client is gone, so nothing waits for it any more.
      }
    }
    if (deadline.getAndSet(NEVER) != NEVER) {
      cut(why);
    }
  }

  private Cut reason() {
    if (writing) {
      return Cut.ANSWER;
    }
    return switch (stage) {
      case NEW, LINE -> Cut.SILENT;
      case HEAD, BODY -> Cut.REQUEST;
      case RESTING -> Cut.IDLE;
    };
  }

  /**
   * Closes the socket, even while another thread reads from it or writes to it, and does not wait.
   * Any thread.
   */
  void cut(Cut why) {
    if (!isCut.compareAndSet(false, true)) {
      return;
    }
    timeouts.cut(why);
    Socket under = tls;
    if (under != null) {
      // Closing the TLS socket in order would wait until its close_notify is written.
      Thread.ofVirtual().start(() -> AcceptedSockets.cut(under));
      return;
    }
    try {
      connection.serverSocket().close();
    } catch (UncheckedIOException _) {
      // A socket that cannot be closed any more is closed.
    }
  }

  /** Writes a piece of an answer, within its time. */
  private void write(BufferData piece) {
    long mine = await(true, timeouts.nanos() + times.answer().toNanos());
    try {
      connection.serverSocket().write(piece);
    } catch (UncheckedIOException e) {
      if (PeerTimeout.isReasonOf(e)) {
        // The kernel gave the peer up before our own time was over.
        cut(Cut.ANSWER);
      }
      // Helidon takes this exception for a client that is gone, and not for a bug.
      throw new ServerConnectionException("the connection cannot be written to", e);
    } finally {
      over(mine);
    }
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public DataWriter dataWriter() {
    return writer;
  }

  @Override
  public ListenerContext listenerContext() {
    return connection.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return connection.executor();
  }

  @Override
  public Router router() {
    return connection.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return connection.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return connection.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return connection.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return connection.localPeer();
  }

  @Override
  public boolean isSecure() {
    return connection.isSecure();
  }

  @Override
  public String socketId() {
    return connection.socketId();
  }

  @Override
  public String childSocketId() {
    return connection.childSocketId();
  }
}
