package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What an operator orders, as all orders have it in their query: who says why, and whether it is
 * only to be told what would become of it. Any thread.
 *
 * @param reason why; empty only where nothing is done
 * @param dryRun whether nothing is done, and what would be is told
 */
public record Order(Operator who, String reason, boolean dryRun) {
  private static final String REASON = "reason";
  private static final String DRY_RUN = "dry-run";

  /**
   * Reads the query of a request.
   *
   * @param more the names of its other parameters
   * @throws RelayException NOT_ALLOWED if it is nobody who may act, INVALID_REQUEST if it says not
   *     why, or something else is wrong with it
   */
  public static Order of(ServerRequest request, Set<String> more) {
    return of(request, more, Optional.empty());
  }

  /**
   * Reads the query of a request whose reason may be elsewhere.
   *
   * @param more the names of its other parameters
   * @param elsewhere the reason, if the query has none
   * @throws RelayException as the other one
   */
  public static Order of(ServerRequest request, Set<String> more, Optional<String> elsewhere) {
    Operator who = Operator.of(request);
    who.require(Role.OPERATOR);
    // A slip in the name of a parameter would have done what was only to be tried.
    for (String name : request.query().names()) {
      if (!name.equals(REASON) && !name.equals(DRY_RUN) && !more.contains(name)) {
        throw bad("the parameters are reason, dry-run" + said(more));
      }
      if (request.query().all(name, List::of).size() > 1) {
        throw bad(name + ": at most once");
      }
    }
    boolean dryRun = dryRun(request);
    String reason = one(request, REASON).or(() -> elsewhere).orElse("").strip();
    if (!dryRun && reason.isEmpty()) {
      throw bad("reason: why this is done is required");
    }
    return new Order(who, reason, dryRun);
  }

  private static String said(Set<String> more) {
    return more.stream().sorted().map(it -> ", " + it).reduce("", String::concat);
  }

  private static boolean dryRun(ServerRequest request) {
    if (!request.query().contains(DRY_RUN)) {
      return false;
    }
    return switch (one(request, DRY_RUN).orElse("")) {
      case "", "true" -> true;
      case "false" -> false;
      default -> throw bad("dry-run: true or false");
    };
  }

  /** A parameter of a request; empty if it is not there. */
  public static Optional<String> one(ServerRequest request, String name) {
    return request.query().all(name, List::of).stream().findFirst();
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }

  /**
   * Has it done and noted, or only says what it would come to.
   *
   * @param action what is done, in a word
   * @param target to what or whom
   * @throws RelayException what either throws, or AUDIT_UNAVAILABLE
   */
  public <T> T act(Audit audit, String action, String target, Supplier<T> would, Supplier<T> does) {
    // What is wrong with the words is wrong also where they are only tried.
    Deed deed = new Deed(action, target, reason);
    return dryRun ? would.get() : audit.act(who, deed, does);
  }
}
