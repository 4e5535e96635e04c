package heliograph.gateway.wire;

import heliograph.gateway.settings.BadConfiguration;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;

/**
 * Says who may take how much of the heap, so that everything together fits even at the worst. It is
 * made once, at the start, from the heap and the limits; "The plan" in deploy/README.md says what
 * every share is for.
 *
 * <p>What does not depend on connections comes first: a share for each room, and as much as the
 * largest body needs in any case. The connections themselves have what is left, so where limits are
 * too large for the heap there are fewer of them; and where there would be next to none, the start
 * is refused.
 *
 * @param connections the most connections of the public listener
 * @param heads bytes of the room for heads that are not whole, of the public listener
 * @param answers bytes of the room for answers that are not taken, of the public listener
 * @param unproven bytes of the room for bodies of senders who have proved nothing
 * @param known bytes of the room for bodies of publishers who have proved who they are
 * @param admin the part of the admin listener, which shares nothing with the public one
 * @param log bytes of the log; 0 if it is on disk
 */
public record HeapPlan(
    int connections, long heads, long answers, long unproven, long known, Admin admin, long log) {
  /**
   * The bytes that a relay takes before its first request, with the libraries that are loaded
   * later.
   */
  static final long BASE = 12L << 20;

  /**
   * The bytes for objects that die young. deploy/jvm.options gives as much to the young generation,
   * which holds nothing that stays; a collector without generations needs as much.
   */
  static final long PASSING = 24L << 20;

  /** The fewest connections with which a relay starts. */
  static final int FEWEST = 64;

  /**
   * How many times its own size a body takes at most while it arrives or is inflated: it is copied
   * into ever larger arrays, and at the end into one of its length.
   */
  static final int WHILE_ARRIVING = 2;

  /**
   * How many of the largest bodies the room of known senders takes at once, so that one sender with
   * such a body leaves room for another.
   */
  static final int LARGEST_KNOWN = 2;

  /**
   * How many times the bytes of the largest event the room of answers has at least: an answer to a
   * poll takes twice its own bytes, with something around the event.
   */
  static final int LARGEST_POLLED = 3;

  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  // These are bytes of a connection at rest, or on which a request begins; with TLS, its buffers
  // come on top.
  private static final long CONNECTION = 16 * KIB;
  private static final long TLS_CONNECTION = 32 * KIB;

  // Each share is the heap that is left after BASE, divided by one of these.
  private static final int UNPROVEN = 16;
  private static final int KNOWN = 12;
  private static final int HEADS = 24;
  private static final int ANSWERS = 24;
  private static final int LOG = 6;
  private static final int STREAMS = 8;
  private static final int REVOCATIONS = 16;
  private static final int PARSED_EVENTS = 32;
  private static final int ADMIN_CONNECTIONS = 32;
  private static final int WAITING = 16;
  private static final int READING = 24;
  private static final int TENANT = 4;

  /**
   * How many events of the greatest size have room wherever events wait: one with its frames, and
   * one more.
   */
  public static final int LEAST_EVENTS = 3;

  // A room smaller than these would be of no use.
  private static final long LEAST_ROOM = MIB;
  private static final long LEAST_ADMIN_HEADS = MIB / 2;
  private static final int LEAST_ADMIN_CONNECTIONS = 16;

  private static final long USUAL_BODY = 8 * MIB;
  private static final int BODY = 48;
  private static final long BODY_STEP = 64 * KIB;

  /**
   * The part of the heap that the admin listener may take.
   *
   * @param connections the most connections of the admin listener
   * @param bodyBytes the most bytes of one of its bodies
   * @param heads bytes of its room for heads
   * @param answers bytes of its room for answers
   * @param bodies bytes of its room for bodies
   */
  public record Admin(int connections, int bodyBytes, long heads, long answers, long bodies) {
    private long most() {
      return connections * CONNECTION + Room.most(heads) + Room.most(answers) + Room.most(bodies);
    }
  }

  /**
   * The figures from which the plan is made.
   *
   * @param stays the bytes of the heap for objects that stay
   * @param memoryLog whether the log is in memory
   * @param bodyBytes the most bytes of a body
   * @param eventBytes the most bytes of an event
   * @param delivery the bytes of events that may wait for their subscribers, live or read from the
   *     log
   * @param revocations the bytes of as many revocations as may be kept
   * @param tls whether the public listener ends TLS
   */
  public record Needs(
      long stays,
      boolean memoryLog,
      int bodyBytes,
      int eventBytes,
      long delivery,
      long revocations,
      boolean tls) {
    private Needs withBody(long bytes) {
      return new Needs(stays, memoryLog, (int) bytes, eventBytes, delivery, revocations, tls);
    }

    private Needs withDelivery(long bytes) {
      return new Needs(stays, memoryLog, bodyBytes, eventBytes, bytes, revocations, tls);
    }

    private long usualDelivery() {
      return usualWaiting(stays, eventBytes) + usualReading(stays, eventBytes);
    }
  }

  /**
   * The bytes of this JVM's heap for objects that stay: those of the old generation, if the
   * collector has one.
   */
  public static long ofThisJvm() {
    long heap = Runtime.getRuntime().maxMemory();
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
        .map(MemoryPoolMXBean::getUsage)
        .mapToLong(MemoryUsage::getMax)
        .filter(bytes -> bytes > 0 && bytes < heap)
        .max()
        .orElse(heap - PASSING);
  }

  /** The default of {@code relay.limits.body-bytes}. */
  public static long usualBody(long stays, long eventBytes) {
    long fits = (stays - BASE) / BODY / BODY_STEP * BODY_STEP;
    return Math.max(eventBytes, Math.min(USUAL_BODY, fits));
  }

  /** The default of {@code relay.limits.waiting-bytes}. */
  public static long usualWaiting(long stays, long eventBytes) {
    return leastEvents((stays - BASE) / WAITING, eventBytes);
  }

  /** The default of {@code relay.limits.reading-bytes}. */
  public static long usualReading(long stays, long eventBytes) {
    return leastEvents((stays - BASE) / READING, eventBytes);
  }

  /** The default of the bytes of one tenant, of those of all. */
  public static long usualOfTenant(long all, long eventBytes) {
    return Math.min(all, leastEvents(all / TENANT, eventBytes));
  }

  private static long leastEvents(long share, long eventBytes) {
    return Math.max(share, Math.max(LEAST_ROOM, LEAST_EVENTS * eventBytes));
  }

  /** The bytes for revocations if the operator does not say how many there may be. */
  public static long usualRevocations(long stays) {
    return (stays - BASE) / REVOCATIONS;
  }

  /** The bytes for events that were parsed for filters, which lie within the share of streams. */
  public static long parsedEvents(long stays) {
    return (stays - BASE) / PARSED_EVENTS;
  }

  /**
   * Divides the heap.
   *
   * @throws BadConfiguration if fewer than 64 connections are left, naming what is too large and
   *     what would fit
   */
  public static HeapPlan of(Needs needs) {
    HeapPlan plan = made(needs);
    if (plan.connections >= FEWEST) {
      return plan;
    }
    long spare = (long) made(needs.withDelivery(0)).connections - FEWEST;
    if (needs.delivery > needs.usualDelivery() && spare >= 0) {
      throw new BadConfiguration(
          "relay.limits.waiting-bytes",
          "with relay.limits.reading-bytes, at most "
              + spare * (needs.tls ? TLS_CONNECTION : CONNECTION)
              + " fit the heap; a larger one (-Xmx) has room for more");
    }
    long body = largestBody(needs);
    if (body >= needs.eventBytes) {
      throw new BadConfiguration(
          "relay.limits.body-bytes",
          "at most " + body + " fit the heap; a larger one (-Xmx) has room for more");
    }
    throw new BadConfiguration(
        "-Xmx",
        "the heap has room for fewer than " + FEWEST + " connections; a larger one is needed");
  }

  private static long largestBody(Needs needs) {
    long body = needs.bodyBytes / BODY_STEP * BODY_STEP;
    while (body > 0 && made(needs.withBody(body)).connections < FEWEST) {
      body -= BODY_STEP;
    }
    return body;
  }

  private static HeapPlan made(Needs needs) {
    long shared = needs.stays - BASE;
    long bodies = (long) needs.bodyBytes * WHILE_ARRIVING;
    long heads = Math.max(LEAST_ROOM, shared / HEADS);
    long polled = Math.max(LEAST_ROOM, (long) needs.eventBytes * LARGEST_POLLED);
    long answers = Math.max(polled, shared / ANSWERS);
    long unproven = Math.max(bodies, shared / UNPROVEN);
    long known = Math.max(bodies * LARGEST_KNOWN, shared / KNOWN);
    long log = needs.memoryLog ? shared / LOG : 0;
    Admin admin = admin(needs, shared);
    long left =
        shared
            - Room.most(heads)
            - Room.most(answers)
            - Room.most(unproven)
            - Room.most(known)
            - admin.most()
            - log
            - needs.delivery
            - shared / STREAMS
            // A 16th for revocations lies within the share of streams; only what exceeds it counts
            // here.
            - Math.max(0, needs.revocations - shared / REVOCATIONS);
    long connections = left / (needs.tls ? TLS_CONNECTION : CONNECTION);
    return new HeapPlan(
        Math.clamp(connections, 0, Integer.MAX_VALUE), heads, answers, unproven, known, admin, log);
  }

  /**
   * The admin listener's part; its bodies are questions about one event, with some text around it.
   */
  private static Admin admin(Needs needs, long shared) {
    long body = Math.min(needs.bodyBytes, 2L * needs.eventBytes + BODY_STEP);
    return new Admin(
        Math.clamp(
            shared / ADMIN_CONNECTIONS / CONNECTION,
            LEAST_ADMIN_CONNECTIONS,
            ConnectionLimit.ADMIN),
        (int) body,
        LEAST_ADMIN_HEADS,
        LEAST_ROOM,
        body * WHILE_ARRIVING);
  }
}
