package heliograph.gateway.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Decides which thread writes for a stream; there is one at a time. A stream keeps no thread: when
 * there is something to write, it joins its {@link Lane} and has a turn there. To read the log, and
 * while its client holds it up, it has a thread of its own.
 *
 * <p>This is a superclass of the writer and not a part of it, so that a delivery touches one object
 * less.
 */
abstract class Turns {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Turns.class, "state", State.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Lane lane;

  // Starts as AGAIN: the opening thread owns the first turn and has not looked into the queue yet.
  // Changed by STATE.
  private volatile State state = State.AGAIN;
  private volatile boolean urgent;

  private enum State {
    /** There is nothing to do. */
    IDLE,
    /** Something waits for the end of its window. */
    GATHERING,
    /** The stream is in its lane and will have a turn. */
    READY,
    /** Some thread has the turn. */
    WRITING,
    /** Some thread has the turn, and the bell has rung since it began. */
    AGAIN,
    /** There are no more turns. */
    OVER
  }

  /** What a turn came to. */
  enum Turn {
    /** Everything that waited is written. */
    DONE,
    /** There is more, and it can be taken at once. */
    MORE,
    /** The log has to be read first. */
    BEHIND,
    /** This was the last turn. */
    OVER
  }

  Turns(Lane lane) {
    this.lane = lane;
  }

  /**
   * Writes what waits. Called by the thread that has the turn.
   *
   * @param mayReadLog whether this turn may read the log, and wait for it
   * @param nowNanos the time at which the turn began, by the clock of {@link #nanos}
   */
  abstract Turn write(boolean mayReadLog, long nowNanos);

  /** Whether what is not urgent is gathered until a window ends. */
  abstract boolean gathers();

  /** Begins a window, at whose end {@link #windowOver} has to be called. */
  abstract void startWindow();

  /** Elapsed nanoseconds, on the clock of the lanes. */
  abstract long nanos();

  /**
   * Notes that there may be something to write. Any thread may call this; it does not wait.
   *
   * @param soon whether the writing must not wait for the end of a window
   */
  final void ready(boolean soon) {
    if (soon) {
      urgent = true;
    }
    boolean marked = false;
    while (!marked) {
      State now = state;
      marked =
          switch (now) {
            case IDLE -> waits() ? move(now, State.GATHERING) : move(now, State.READY);
            case GATHERING -> !urgent || move(now, State.READY);
            case WRITING -> move(now, State.AGAIN);
            case READY, AGAIN, OVER -> true;
          };
    }
  }

  private boolean waits() {
    return gathers() && !urgent;
  }

  /**
   * Changes the state and does what the new one asks for.
   *
   * @return false if the state was not {@code from}; then nothing has changed
   */
  private boolean move(State from, State to) {
    if (!STATE.compareAndSet(this, from, to)) {
      return false;
    }
    switch (to) {
      case READY -> lane.add(this);
      // Begins after the change of state, and windowOver() looks in the opposite order: so one of
      // the two sees the other.
      case GATHERING -> startWindow();
      case IDLE, WRITING, AGAIN, OVER -> {
        // Nobody needs to be told.
      }
    }
    return true;
  }

  /** Ends a window: what was gathered is written. */
  final void windowOver() {
    var _ = move(State.GATHERING, State.READY);
  }

  /**
   * Has a turn in a lane. Called by the thread that took the stream from its lane.
   *
   * @return false if the stream has to go on {@link #onOwnThread}
   */
  final boolean turn(long nowNanos) {
    return turn(false, nowNanos) != Turn.BEHIND;
  }

  /** Has turns, which may read the log, until nothing is left to write. */
  final void onOwnThread() {
    boolean more = true;
    while (more) {
      more = turn(true, nanos()) == Turn.MORE || !settled();
    }
  }

  private Turn turn(boolean mayReadLog, long nowNanos) {
    if (state == State.OVER) {
      return Turn.OVER;
    }
    if (urgent) {
      urgent = false;
    }
    // Set before the turn looks for what waits, so that no ring after that look is lost.
    state = State.WRITING;
    Turn turn = write(mayReadLog, nowNanos);
    if (turn == Turn.OVER) {
      turnsOver();
    }
    return turn;
  }

  /** Ends all turns. Called by the thread that has the turn. */
  final void turnsOver() {
    state = State.OVER;
  }

  /** Ends a turn in the lane; what came meanwhile is written in another one. */
  final void pause() {
    if (!settled()) {
      var _ = move(State.AGAIN, State.READY);
    }
  }

  /** Goes on with this thread, as its lane has another one, until nothing is left to write. */
  final void goOn() {
    if (!settled()) {
      onOwnThread();
    }
  }

  /** Lets the turn go if nothing is to be written now; tells whether that is so. */
  private boolean settled() {
    return state == State.OVER
        || move(State.WRITING, State.IDLE)
        || (waits() && move(State.AGAIN, State.GATHERING));
  }
}
