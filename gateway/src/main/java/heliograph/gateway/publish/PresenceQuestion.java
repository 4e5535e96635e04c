package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.json.JsonForm;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * A publisher's question about users of one of its tenants.
 *
 * @param users their subjects, each once, in the order in which they are asked about
 */
record PresenceQuestion(Tenant tenant, SequencedSet<String> users) {
  /** The most users of one question. */
  static final int MAX_USERS = 500;

  /**
   * Reads a question.
   *
   * @throws RelayException INVALID_JSON; INVALID_REQUEST naming the member that breaks its rule;
   *     NOT_ALLOWED for a tenant that is not the publisher's
   */
  static PresenceQuestion read(byte[] body, Publisher publisher) {
    Form form = JsonForm.read(body, Form.class);
    if (form.users.isEmpty() || form.users.size() > MAX_USERS) {
      throw RelayException.invalid("users", "users: 1 to " + MAX_USERS + " subjects")
          .as(ErrorCode.INVALID_REQUEST);
    }
    return new PresenceQuestion(
        publisher.tenant(Optional.ofNullable(form.tenant)), new LinkedHashSet<>(form.users));
  }

  /** The members of a question. */
  private static final class Form {
    private List<String> users = List.of();
    private @Nullable String tenant;
  }
}
