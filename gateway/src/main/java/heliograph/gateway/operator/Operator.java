package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Who sent a request to the admin listener: the same object for as long as the request lasts. Any
 * thread.
 */
public final class Operator {
  /** The longest name and the longest agent that are kept, in characters; the rest is cut. */
  public static final int MAX_TEXT = 200;

  private final String name;
  private final String address;
  private final String agent;
  private final Set<Role> roles;
  private final BooleanSupplier standing;

  /**
   * Makes an operator.
   *
   * @param name who it is, as its login names it
   * @param address the address that its request came from
   * @param agent what its request says of the program that sent it; may be empty
   * @param standing whether what let it in is still good
   */
  Operator(String name, String address, String agent, Set<Role> roles, BooleanSupplier standing) {
    this.name = cut(name);
    this.address = address;
    this.agent = cut(agent);
    this.roles = Set.copyOf(roles);
    this.standing = standing;
  }

  /** Makes the operator that a request comes from. */
  static Operator of(
      ServerRequest request, String name, Set<Role> roles, BooleanSupplier standing) {
    return new Operator(name, address(request), agent(request), roles, standing);
  }

  /**
   * The operator whom the filter of the admin listener has found out.
   *
   * @throws IllegalStateException if the request has not passed it, or the path asks for no login
   */
  public static Operator of(ServerRequest request) {
    return request
        .context()
        .get(Operator.class)
        .orElseThrow(() -> new IllegalStateException("nobody has asked who this is"));
  }

  /**
   * Who acts on the process and sends no request.
   *
   * @param name by what, such as {@code signal}
   */
  public static Operator ofProcess(String name) {
    return new Operator(name, "", "", Set.of(), () -> true);
  }

  /** The address that a request came from, as a number. */
  static String address(ServerRequest request) {
    return request.remotePeer().address() instanceof InetSocketAddress peer
            && peer.getAddress() != null
        ? peer.getAddress().getHostAddress()
        : request.remotePeer().host();
  }

  private static String agent(ServerRequest request) {
    return request.headers().first(HeaderNames.USER_AGENT).orElse("");
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }

  /** Who it is, as its login names it. */
  public String name() {
    return name;
  }

  /** The address that its request came from. */
  public String address() {
    return address;
  }

  /** What its request says of the program that sent it; may be empty. */
  public String agent() {
    return agent;
  }

  /** What it may do. */
  public Set<Role> roles() {
    return roles;
  }

  /**
   * Checks that it has a role.
   *
   * @throws RelayException NOT_ALLOWED if it has not
   */
  public void require(Role role) {
    if (!roles.contains(role)) {
      throw new RelayException(ErrorCode.NOT_ALLOWED, "this needs the role " + role.word());
    }
  }

  /**
   * Whether what let it in is still good. An answer that goes on for long asks before each of its
   * parts, and ends if it is not: its time may be over, its token may be gone from its file, and it
   * may have logged out.
   */
  public boolean stands() {
    return standing.getAsBoolean();
  }
}
