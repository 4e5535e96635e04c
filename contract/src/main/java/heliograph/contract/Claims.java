package heliograph.contract;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Verified facts about a subscriber. Only the identity door makes them, from a credential it has
 * checked.
 *
 * @param subject who it is, and nobody else of its tenant; with {@code users} an event can be
 *     addressed to it
 * @param tenant whose events it may see at all
 * @param roles what it is within the tenant
 * @param topics the topics it may see; none of them, if the list is empty
 * @param expires when the facts stop being true; {@link Instant#MAX} for never
 * @param proof what the facts were read from, by which they can be taken back
 */
public record Claims(
    String subject,
    Tenant tenant,
    Set<String> roles,
    List<TopicPattern> topics,
    Instant expires,
    Proof proof) {
  private static final List<TopicPattern> EVERY_TOPIC = List.of(TopicPattern.ALL);

  /**
   * A credential, as far as it matters to whoever takes it back. It decides nothing about events.
   *
   * @param issuer who vouches for it; empty where nobody but the relay's own configuration does
   * @param session the session at the issuer it belongs to ({@code sid})
   * @param token its own id ({@code jti})
   * @param issued when it was given out; the beginning of time if it does not say
   */
  public record Proof(
      String issuer, Optional<String> session, Optional<String> token, Instant issued) {
    /** Of facts that cannot be taken back one by one. */
    public static final Proof NONE =
        new Proof("", Optional.empty(), Optional.empty(), Instant.EPOCH);
  }

  public Claims {
    roles = Set.copyOf(roles);
    topics = List.copyOf(topics);
  }

  /** Facts of somebody who may see every topic. */
  public Claims(String subject, Tenant tenant, Set<String> roles, Instant expires) {
    this(subject, tenant, roles, EVERY_TOPIC, expires, Proof.NONE);
  }

  /** Whether the topic is one of those it may see. */
  public boolean mayKnow(Topic topic) {
    return topics == EVERY_TOPIC || topics.stream().anyMatch(own -> own.matches(topic));
  }
}
