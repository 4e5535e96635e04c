package heliograph.relay;

/**
 * How far a stream has come, as an operator is told it.
 *
 * @param live whether it takes events from its queue; otherwise it reads the log
 * @param place the sequence up to which it was given everything that is for it
 * @param head the sequence of its tenant's newest event
 * @param queued how many events wait in its queue
 */
public record Progress(boolean live, long place, long head, int queued) {}
