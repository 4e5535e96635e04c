package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.webserver.http.ServerRequest;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What is refused on the admin listener, and noted in the audit as far as nobody can fill it so:
 * logins, by the address that they come from, and what those ask for who have not the role for it,
 * by their names. Any thread.
 */
public final class Refused {
  /** What the audit calls a login. */
  static final String LOGIN = "login";

  /** What the audit calls a request of somebody who is known, and may not make it. */
  static final String REQUEST = "request";

  private final Audit audit;
  private final RecentRefusals logins;
  private final RecentRefusals requests;

  Refused(Audit audit, LongSupplier nanos) {
    this.audit = audit;
    this.logins = new RecentRefusals(nanos);
    this.requests = new RecentRefusals(nanos);
  }

  /**
   * Checks that not so many logins from an address have failed that it has to wait.
   *
   * @throws RelayException RATE_LIMITED if they have
   */
  void checkLogins(ServerRequest request) {
    if (logins.tooMany(Operator.address(request))) {
      throw tooMany();
    }
  }

  /**
   * Counts and notes a login that was refused, unless so many of its address were that it has to
   * wait. Then nothing is noted.
   *
   * @return the refusal that is answered
   */
  RelayException login(ServerRequest request, RelayException why) {
    boolean isLogin =
        switch (why.code()) {
          // Nobody has shown anything: any page can send a browser here.
          case INVALID_REQUEST, IDENTITY_UNAVAILABLE -> false;
          default -> true;
        };
    if (!isLogin) {
      return why;
    }
    String address = Operator.address(request);
    if (logins.tooMany(address)) {
      return tooMany();
    }
    logins.count(address);
    audit.noteIfPossible(
        Operator.of(request, "", Set.of(), () -> false),
        new Deed(LOGIN, "", ""),
        AuditEntry.REFUSED + why.code());
    return why;
  }

  private static RelayException tooMany() {
    return RelayException.retryAfter(
        ErrorCode.RATE_LIMITED,
        "too many logins from this address have failed",
        RecentRefusals.WINDOW);
  }

  /**
   * Notes a request of an operator who may not make it, with its method and path; of one who makes
   * many, the first of each minute.
   *
   * @return the refusal that is answered
   */
  RelayException request(ServerRequest request, Operator who, RelayException why) {
    if (!requests.tooMany(who.name())) {
      requests.count(who.name());
      String target = request.prologue().method().text() + " " + request.path().path();
      audit.noteIfPossible(who, new Deed(REQUEST, target, ""), AuditEntry.REFUSED + why.code());
    }
    return why;
  }

  /**
   * Notes a request whose sender has not the role for it, as the handler of the request has found.
   *
   * @return the refusal that is answered
   */
  public static RelayException noted(ServerRequest request, RelayException why) {
    return request
        .context()
        .get(Refused.class)
        .orElseThrow(() -> new IllegalStateException("nobody has asked who this is"))
        .request(request, Operator.of(request), why);
  }
}
