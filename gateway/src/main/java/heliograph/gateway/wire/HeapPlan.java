package heliograph.gateway.wire;

import heliograph.gateway.settings.BadConfiguration;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;

/**
 * Who may take how much of the heap, so that all of it together fits at the worst. Made once at the
 * start, of the heap and the limits; what every share is for is in deploy/README.md, "The plan".
 *
 * <p>What does not depend on connections comes first: a share for each room, and as much as the
 * largest body needs in any case. The connections themselves have what is left, so where limits are
 * too large for the heap there are fewer of them; and where there would be next to none, the start
 * is refused.
 *
 * @param connections the most of the public listener
 * @param heads bytes of the room for heads that are not whole, of the public listener
 * @param answers bytes of the room for answers that are not taken, of the public listener
 * @param unproven bytes of the room for bodies of those who have proved nothing
 * @param known bytes of the room for bodies of publishers that have
 * @param admin what the admin listener has, which shares nothing
 * @param log bytes of the log, where it is in memory
 */
public record HeapPlan(
    int connections, long heads, long answers, long unproven, long known, Admin admin, long log) {
  /** What a relay takes that nobody has asked anything yet, and the libraries that come later. */
  static final long BASE = 12L << 20;

  /**
   * What is only passing by. It is what deploy/jvm.options has for the young generation, which
   * holds nothing that stays; where another collector has no such part, it needs as much.
   */
  static final long PASSING = 24L << 20;

  /** The fewest connections that are of any use. */
  static final int FEWEST = 64;

  /**
   * How many times its bytes a body takes at the most, while it is still arriving or is inflated:
   * it grows into ever larger arrays, and is cut to its length at the end.
   */
  static final int WHILE_ARRIVING = 2;

  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  // For a connection at rest or on which a request begins; with TLS, its own buffers come on top.
  private static final long CONNECTION = 16 * KIB;
  private static final long TLS_CONNECTION = 32 * KIB;

  // The parts of what is there to share.
  private static final int UNPROVEN = 16;
  private static final int KNOWN = 12;
  private static final int HEADS = 24;
  private static final int ANSWERS = 24;
  private static final int LOG = 4;
  private static final int STREAMS = 8;
  private static final int REVOCATIONS = 16;
  private static final int ADMIN_CONNECTIONS = 32;

  // No room is of use below these.
  private static final long LEAST_ROOM = MIB;
  private static final long LEAST_ADMIN_HEADS = MIB / 2;
  private static final int LEAST_ADMIN_CONNECTIONS = 16;

  private static final long USUAL_BODY = 8 * MIB;
  private static final int BODY = 24;
  private static final long BODY_STEP = 64 * KIB;

  /**
   * What the admin listener may take of the heap.
   *
   * @param connections the most of the admin listener
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
   * What the plan is made of.
   *
   * @param stays the bytes of the heap for what stays
   * @param revocations the bytes of as many as may be kept
   * @param tls whether the public listener ends TLS
   */
  public record Needs(
      long stays, boolean memoryLog, int bodyBytes, int eventBytes, long revocations, boolean tls) {
    private Needs withBody(long bytes) {
      return new Needs(stays, memoryLog, (int) bytes, eventBytes, revocations, tls);
    }
  }

  /**
   * The bytes of this JVM's heap for what stays: those of the old generation, where there is one of
   * its own.
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

  /** The most bytes of a body where the operator says nothing. */
  public static long usualBody(long stays, long eventBytes) {
    long fits = (stays - BASE) / BODY / BODY_STEP * BODY_STEP;
    return Math.max(eventBytes, Math.min(USUAL_BODY, fits));
  }

  /** The bytes for revocations where the operator says nothing. */
  public static long usualRevocations(long stays) {
    return (stays - BASE) / REVOCATIONS;
  }

  /**
   * Divides the heap.
   *
   * @throws BadConfiguration naming what is too large, and what would fit
   */
  public static HeapPlan of(Needs needs) {
    HeapPlan plan = made(needs);
    if (plan.connections >= FEWEST) {
      return plan;
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
    long answers = Math.max(LEAST_ROOM, shared / ANSWERS);
    long unproven = Math.max(bodies, shared / UNPROVEN);
    long known = Math.max(bodies, shared / KNOWN);
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
            - shared / STREAMS
            // By default they are part of what lives as long as streams and caches.
            - Math.max(0, needs.revocations - shared / REVOCATIONS);
    long connections = left / (needs.tls ? TLS_CONNECTION : CONNECTION);
    return new HeapPlan(
        Math.clamp(connections, 0, Integer.MAX_VALUE), heads, answers, unproven, known, admin, log);
  }

  /** Its bodies are questions about one event, with what stands around it. */
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
