package heliograph.gateway.publish;

import heliograph.gateway.intake.EventReader;
import heliograph.gateway.intake.Publisher;
import java.util.List;

/**
 * What decides about requests of publishers, made of one reading of the configuration. A request
 * asks for it once when it comes, and once more when its body is here. Immutable; any thread.
 */
public final class PublishRules {
  private final List<Publisher> configured;
  private final Publishers publishers;
  private final BearerPublishers bearers;
  private final EventReader reader;
  private final Refusals refusals;
  private final Rates.Most most;

  /**
   * Joins what decides.
   *
   * @param configured the publishers of the configuration, in its order
   * @param reader makes events of bodies
   * @param refusals tells operators of these publishers
   */
  PublishRules(
      List<Publisher> configured,
      Publishers publishers,
      BearerPublishers bearers,
      EventReader reader,
      Refusals refusals,
      Rates.Most most) {
    this.configured = List.copyOf(configured);
    this.publishers = publishers;
    this.bearers = bearers;
    this.reader = reader;
    this.refusals = refusals;
    this.most = most;
  }

  /** The publishers of the configuration, in its order. */
  public List<Publisher> configured() {
    return configured;
  }

  /** Tells what was accepted and refused of the publishers. */
  public Refusals refusals() {
    return refusals;
  }

  /** Makes events of bodies. */
  public EventReader reader() {
    return reader;
  }

  /** What reads the files with the publishers' secrets again. */
  public List<Runnable> secretFiles() {
    return publishers.secretFiles();
  }

  Publishers publishers() {
    return publishers;
  }

  BearerPublishers bearers() {
    return bearers;
  }

  Rates.Most most() {
    return most;
  }
}
