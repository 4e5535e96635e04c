package heliograph.contract;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Verified facts about a subscriber. The gateway makes them of a credential that it has checked,
 * and of nothing else.
 *
 * @param subject the name of the subscriber, which nobody else of its tenant has; the member {@code
 *     users} of an event names it
 * @param tenant the tenant whose events the subscriber may see
 * @param roles the roles that the subscriber has within the tenant
 * @param topics the topics that the subscriber may see; it sees none if the list is empty
 * @param expires when the facts stop being true; {@link Instant#MAX} stands for never
 * @param proof the credential that the facts were read from, by which they can be taken back
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
   * The facts about a credential by which it can be taken back. They decide nothing about events.
   *
   * @param issuer who vouches for the credential; empty where only the relay's configuration does
   * @param session the session at the issuer that it belongs to ({@code sid})
   * @param token the id of the credential itself ({@code jti})
   * @param issued when it was given out; the epoch if it does not say
   */
  public record Proof(
      String issuer, Optional<String> session, Optional<String> token, Instant issued) {
    /** The proof of facts that cannot be taken back one by one. */
    public static final Proof NONE =
        new Proof("", Optional.empty(), Optional.empty(), Instant.EPOCH);
  }

  public Claims {
    roles = Set.copyOf(roles);
    topics = List.copyOf(topics);
  }

  /** Makes the claims of somebody who may see every topic. */
  public Claims(String subject, Tenant tenant, Set<String> roles, Instant expires) {
    this(subject, tenant, roles, EVERY_TOPIC, expires, Proof.NONE);
  }

  /** Whether the subscriber may see the topic. */
  public boolean mayKnow(Topic topic) {
    return topics == EVERY_TOPIC || topics.stream().anyMatch(own -> own.matches(topic));
  }
}
