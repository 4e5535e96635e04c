package heliograph.relay;

import java.time.Duration;

/**
 * How much of the past a log keeps of each tenant. The bound that is reached first counts.
 *
 * @param age how long an event is kept
 * @param events the most events that are kept
 * @param bytes the most bytes that are kept, as {@code Event.size} counts them
 * @param dedup how long a dedup key is remembered; a log in memory remembers at most as many as
 *     {@code events}
 */
public record Retention(Duration age, int events, long bytes, Duration dedup) {}
