package heliograph.gateway.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which thread may write for a stream, one at a time. A stream has no thread of its own: when there
 * is something for it, it goes to its {@link Lane} and has a turn there; to read the log, or while
 * its client holds it up, it has a thread for itself.
 *
 * <p>It is a superclass and not a part, so that a delivery touches one object less.
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

  // At first it is its opener's, which has not looked yet for what waits. Set by STATE.
  private volatile State state = State.AGAIN;
  private volatile boolean urgent;

  private enum State {
    /** Nothing to do. */
    IDLE,
    /** Something waits for the end of its window. */
    GATHERING,
    /** In its lane, to have a turn. */
    READY,
    /** Some thread has its turn. */
    WRITING,
    /** Some thread has its turn, and there has been a ring since. */
    AGAIN,
    /** No more turns. */
    OVER
  }

  /** What a turn came to. */
  enum Turn {
    /** Everything that waited is written. */
    DONE,
    /** There is more, and it is to be had at once. */
    MORE,
    /** The log is to be read first. */
    BEHIND,
    /** It was the last. */
    OVER
  }

  Turns(Lane lane) {
    this.lane = lane;
  }

  /**
   * Writes what waits. The thread that has the turn.
   *
   * @param alone whether the log may be read, and waited for
   * @param nowNanos the time, by the lanes' clock
   */
  abstract Turn write(boolean alone, long nowNanos);

  /** Whether something that waits and is not urgent waits for its window. */
  abstract boolean gathers();

  /** A window begins; {@link #windowOver} is to be called at its end. */
  abstract void startWindow();

  abstract long nanos();

  /** There may be something to write. Any thread; only leaves a mark. */
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

  /** Goes from one state to another, and to where it belongs there; false if it was in neither. */
  private boolean move(State from, State to) {
    if (!STATE.compareAndSet(this, from, to)) {
      return false;
    }
    switch (to) {
      case READY -> lane.add(this);
      // After the change of state, as windowOver() looks at them the other way around: one of the
      // two sees the other.
      case GATHERING -> startWindow();
      case IDLE, WRITING, AGAIN, OVER -> {
        // Nobody needs to know.
      }
    }
    return true;
  }

  /** What was gathered is to be written. */
  final void windowOver() {
    var _ = move(State.GATHERING, State.READY);
  }

  /**
   * Has a turn. The thread that took it from its lane.
   *
   * @return false if it is to go on {@link #alone}
   */
  final boolean turn(long nowNanos) {
    return turn(false, nowNanos) != Turn.BEHIND;
  }

  /** Has turns on a thread for itself, until there is nothing more to write. */
  final void alone() {
    boolean more = true;
    while (more) {
      more = turn(true, nanos()) == Turn.MORE || !rest();
    }
  }

  private Turn turn(boolean alone, long nowNanos) {
    if (state == State.OVER) {
      return Turn.OVER;
    }
    if (urgent) {
      urgent = false;
    }
    // Before it looks for what waits, so that a ring after that is not lost.
    state = State.WRITING;
    Turn turn = write(alone, nowNanos);
    if (turn == Turn.OVER) {
      end();
    }
    return turn;
  }

  /** No more turns. The thread that has the turn. */
  final void end() {
    state = State.OVER;
  }

  /** The lane's turn is over: whatever came meanwhile has another one. */
  final void pause() {
    if (!rest()) {
      var _ = move(State.AGAIN, State.READY);
    }
  }

  /** The lane went on without us: here on, until there is nothing more to write. */
  final void goOn() {
    if (!rest()) {
      alone();
    }
  }

  /** Whether nothing is left to be written now. */
  private boolean rest() {
    return state == State.OVER
        || move(State.WRITING, State.IDLE)
        || (waits() && move(State.AGAIN, State.GATHERING));
  }
}
