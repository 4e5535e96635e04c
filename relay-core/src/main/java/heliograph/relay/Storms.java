package heliograph.relay;

import heliograph.contract.Tenant;

/**
 * Is told when streams of one user superseded each other so often that the next ones are let in
 * beside them. The hub is given it once, so that the operator hears of it. Any thread; it neither
 * waits nor throws.
 */
@FunctionalInterface
public interface Storms {
  /** Tells nobody. */
  Storms UNTOLD = (_, _) -> {};

  /** Tells of the beginning of a storm among streams of one user in a profile. */
  void began(String profile, Tenant tenant);
}
