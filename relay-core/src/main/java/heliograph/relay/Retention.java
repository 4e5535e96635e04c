package heliograph.relay;

import java.time.Duration;

/**
 * How much of the past a log keeps, per tenant; the first bound reached counts.
 *
 * @param age how long an event is kept
 * @param events the most events
 * @param bytes the most bytes, as {@code Event.size} counts them
 * @param dedup how long a dedup key is remembered; in memory at most as many as {@code events}
 */
public record Retention(Duration age, int events, long bytes, Duration dedup) {}
