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
 * A connection as long as requests come by it, on either listener. Helidon reads and writes through
 * it, whoever of its parts does so and for whatever reason, and waits nowhere else for the client;
 * so whatever it is at, the wait has an end.
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
 * head-timeout}</td><td>it is cut: who has asked nothing is answered nothing</td></tr>
 * <tr><td>{@link Stage#HEAD}: a first line is there</td><td>this, from the same byte</td><td>{@code
 * head-timeout}</td><td>408, and it is cut</td></tr>
 * <tr><td>{@link Stage#BODY}: a head is there; its body is read by a handler, or read and dropped
 * after a refusal, whoever refused</td><td>this, from the same byte</td><td>{@code
 * limits.request-timeout}</td><td>408 unless it was answered, and it is cut</td></tr>
 * <tr><td>a write: of an answer of any kind, of {@code 100 Continue}</td><td>this, each {@value AnswerPieces#PIECE}
 * bytes anew: a slow line is not a hung one</td><td>{@code stream.write-timeout}</td><td>it is
 * cut</td></tr>
 * <tr><td>{@link Stage#RESTING}: an answer was given and nothing of a next request has come</td><td>
 * this</td><td>{@code limits.keep-alive-timeout}</td><td>it is closed</td></tr>
 * <tr><td>a stream</td><td>the keeper of {@code Lanes}, and {@code Connection} while it opens and
 * closes</td><td>{@code stream.write-timeout} for each write; a stream that is silent has
 * heartbeats</td><td>it ends with {@code slow}</td></tr>
 * </table>
 *
 * <p>While a handler works, and neither reads nor writes, nothing of this runs: what it waits for
 * has bounds of its own (the log's queue, an upstream's timeout, the {@code wait} of a poll).
 *
 * <p>What it holds has bounds as well: heads, until their requests are served, count in the room of
 * heads, pieces of bodies that are gathered here in the room that the body has, and answers that
 * are being written in that of answers. These are shared by all connections of a listener, and who
 * has held something for longest gives way ({@link Room}).
 *
 * <p>It has a reader of its own also because that keeps the bytes that came last, and Helidon's own
 * one lives as long as the connection: a stream would keep its request, with the token in it, for
 * hours. Reading and writing on the connection's own thread, the rest on any.
 */
public final class RequestingConnection implements ConnectionContext, Watchdog.Watched {
  // What each read costs beside its bytes, an array and a link to it; and each field of a head.
  private static final int LINK = 64;
  private static final int FIELD = 100;
  private static final long NEVER = 0;

  // How long the last word to a client may take.
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  /** What of a request has come. */
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

  // The connection's own thread. When the stage began, or the request.
  private long since;
  private final Held head;
  private Held body;

  // Written by the connection's own thread.
  private volatile Stage stage = Stage.NEW;

  // When the wait that it is at is over. Who sets it back has it: the thread that waited, or who
  // cuts the connection.
  private final AtomicLong deadline = new AtomicLong(NEVER);
  private volatile boolean writing;
  // Why it is about to be cut, once that is so.
  private volatile @Nullable Cut lastWord;

  private final AtomicBoolean isCut = new AtomicBoolean();

  // Whether the request has an answer, on its way or written; who sets it gives it.
  private final AtomicBoolean answered = new AtomicBoolean();

  /**
   * @param tls what is under it where it has TLS, as far as {@link AcceptedSockets} knows
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

  public @Nullable Socket tls() {
    return tls;
  }

  /** The first line of a request is there. */
  void begun(Method method) {
    if (stage != Stage.LINE) {
      // It came in one piece with the end of the request before.
      since = timeouts.nanos();
    }
    stage = Stage.HEAD;
    answered.set(false);
    writer.begin(method.equals(Method.HEAD));
  }

  /** Its head is there, and is held for as long as its request is served; returns how it began. */
  RequestLine headed() {
    stage = Stage.BODY;
    body = held(timeouts.heads());
    return reader.line();
  }

  /** Whether the client speaks HTTP/1.0, to which no chunks can be sent. */
  public boolean isOld() {
    return reader.line().old();
  }

  /** Its body counts in that room from now on, as far as it is gathered here. */
  void receives(Room bodies) {
    body.release();
    body = held(bodies);
  }

  /** Its answer is on its way. */
  void answered() {
    if (!answered.compareAndSet(false, true)) {
      throw new CloseConnectionException("it was refused past its handler");
    }
  }

  /** All of it was read and answered. */
  void rests() {
    since = timeouts.nanos();
    stage = Stage.RESTING;
    answered.set(false);
    left();
  }

  /** No requests come by it any more; nothing of them is left to be counted. */
  void left() {
    head.release();
    body.release();
  }

  /** Waits for more bytes. */
  private byte @Nullable [] pull() {
    long mine = await(false, since + limit().toNanos());
    byte[] bytes;
    try {
      bytes = connection.serverSocket().get();
    } catch (UncheckedIOException e) {
      // As Helidon's own reader has it; the request's handling knows what it means.
      throw new ServerConnectionException("the connection cannot be read", e);
    } finally {
      over(mine);
    }
    if (stage == Stage.NEW || stage == Stage.RESTING) {
      since = timeouts.nanos();
      stage = Stage.LINE;
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
    return new Held(room, this::crowdOut);
  }

  /** What it holds is needed for others. */
  private void crowdOut() {
    cut(Cut.MEMORY);
  }

  /** What is made of the bytes that came. */
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

  /** Begins a wait for the client. */
  private long await(boolean write, long until) {
    writing = write;
    long mine = until == NEVER ? until + 1 : until;
    deadline.set(mine);
    return mine;
  }

  /** Ends it; throws if the connection was cut meanwhile, so that nobody goes on with it. */
  private void over(long mine) {
    if (!deadline.compareAndSet(mine, NEVER)) {
      throw new CloseConnectionException("its time was over");
    }
  }

  /** Cuts the connection if it has waited for too long. */
  @Override
  public void look(long nowNanos) {
    long due = deadline.get();
    if (due != NEVER && nowNanos - due >= 0 && deadline.compareAndSet(due, NEVER)) {
      Thread.ofVirtual().start(this::timeOut);
    }
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
   * Refuses what is asked on it, unless that was answered, and cuts it. Whoever waits for the
   * client finds its time over. Waits for a moment itself. Any thread.
   */
  void refuse(RelayException refusal, Cut why) {
    // Small as it is, it waits where the client has not read what it was told before.
    lastWord = why;
    deadline.set(timeouts.nanos() + LAST_WORD.toNanos() | 1);
    if (isAsked() && answered.compareAndSet(false, true)) {
      timeouts.refused(refusal);
      try {
        connection.serverSocket().write(BufferData.create(CutAnswer.of(refusal)));
      } catch (UncheckedIOException _) {
        // The client is gone, and with it the wait.
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

  /** Closes the socket under whoever reads from it or writes to it. Does not wait. Any thread. */
  void cut(Cut why) {
    if (!isCut.compareAndSet(false, true)) {
      return;
    }
    timeouts.cut(why);
    Socket under = tls;
    if (under != null) {
      // In order it would say goodbye, and wait for that.
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
        // The kernel knew first.
        cut(Cut.ANSWER);
      }
      // So that a client that is gone is taken for no bug.
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
