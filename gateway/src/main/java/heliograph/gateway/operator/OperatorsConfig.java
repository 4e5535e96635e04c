package heliograph.gateway.operator;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who may use the admin listener, and where it is noted what they do.
 *
 * @param login how operators log in
 * @param audit where the audit is
 * @param tails how many may look on at events at once
 */
public record OperatorsConfig(LoginConfig login, AuditConfig audit, int tails) {
  /**
   * Reads what the operator wrote.
   *
   * @param admin the node {@code relay.admin}
   * @param log the directory of the log; empty if the log is in memory
   * @throws BadConfiguration naming the key at fault
   */
  public static OperatorsConfig read(Settings admin, Optional<Path> log) {
    return new OperatorsConfig(
        LoginConfig.read(admin), AuditConfig.read(admin, log), admin.number("tails", 2, 1, 10));
  }

  /**
   * Checks that others than those on this machine have to log in.
   *
   * @param host the address of the admin listener
   * @throws BadConfiguration if they could reach the listener without
   */
  public void check(String host) {
    login.check(host);
  }
}
