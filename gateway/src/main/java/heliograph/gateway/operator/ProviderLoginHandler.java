package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Problems;
import heliograph.gateway.identity.ProviderTokens;
import heliograph.gateway.operator.Operators.ProviderAccess;
import heliograph.gateway.operator.Sessions.Login;
import io.helidon.common.Errors.ErrorMessagesException;
import io.helidon.http.Status;
import io.helidon.security.SecurityException;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * The pages on the way of a browser to the provider and back. Whatever goes wrong there, the page
 * is one of the relay's own, and says what to do. Any thread.
 */
final class ProviderLoginHandler {
  private final Operators operators;
  private final ProviderAccess provider;
  private final LoginHandler pages;

  /**
   * @param pages begins sessions, and says why none was begun
   */
  ProviderLoginHandler(Operators operators, ProviderAccess provider, LoginHandler pages) {
    this.operators = operators;
    this.provider = provider;
    this.pages = pages;
  }

  void register(HttpRouting.Builder routing) {
    provider.login().register(routing);
    // Helidon looks for the provider's pages when the first code comes, and throws if it is away.
    routing
        .error(ErrorMessagesException.class, (_, response, _) -> notExchanged(response))
        .error(SecurityException.class, (_, response, _) -> notExchanged(response));
    routing
        .get(ProviderLogin.START, (_, response) -> begin(response))
        .get(ProviderLogin.DONE, this::finish);
    for (String path : List.of(ProviderLogin.START, ProviderLogin.CALLBACK, ProviderLogin.DONE)) {
      routing.any(path, Problems.onlyMethods("GET, HEAD"));
    }
  }

  private void begin(ServerResponse response) {
    try {
      provider.login().begin(response);
    } catch (RelayException refusal) {
      pages.refuse(response, refusal);
    }
  }

  /**
   * The filter around the end of a login at the provider, which Helidon answers: it looks before at
   * what comes, and notes what was refused. Where Helidon's answer is that the provider gave
   * nothing for the code, it is replaced by a page that says what to do.
   */
  void aroundCallback(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (!request.path().path().equals(ProviderLogin.CALLBACK)) {
      chain.proceed();
      return;
    }
    try {
      provider.login().checkCallback(request);
    } catch (RelayException refusal) {
      provider.login().clear(response);
      pages.refuse(response, operators.refused().login(request, refusal));
      return;
    }
    response.streamFilter(out -> new InsteadOfFailure(request, response, out));
    chain.proceed();
  }

  private void notExchanged(ServerResponse response) {
    pages.refuse(response, provider.login().notExchanged());
  }

  /** What Helidon answers, or a page instead of it if that is a failure. */
  private final class InsteadOfFailure extends OutputStream {
    private final ServerRequest request;
    private final ServerResponse response;
    private final OutputStream out;

    InsteadOfFailure(ServerRequest request, ServerResponse response, OutputStream out) {
      this.request = request;
      this.response = response;
      this.out = out;
    }

    private boolean isFailure() {
      return response.status().code() >= Status.BAD_REQUEST_400.code();
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (!isFailure()) {
        out.write(bytes, from, length);
      }
    }

    @Override
    public void close() throws IOException {
      if (isFailure()) {
        // The head goes out with the first byte that is written here.
        provider.login().clear(response);
        RelayException why = operators.refused().login(request, provider.login().notExchanged());
        response.status(Status.create(why.code().status()));
        out.write(pages.refusal(why).bytes(response.headers(), response.status()));
      }
      out.close();
    }
  }

  private void finish(ServerRequest request, ServerResponse response) {
    provider.login().clear(response);
    try {
      Login login;
      try {
        login = verified(request);
      } catch (RelayException refusal) {
        throw operators.refused().login(request, refusal);
      }
      pages.begin(request, response, login);
    } catch (RelayException refusal) {
      pages.refuse(response, refusal);
      return;
    }
    LoginPage.titled("Logged in")
        .goesOn(LoginHandler.HOME, "Go to the console")
        .send(response, Status.OK_200);
  }

  private Login verified(ServerRequest request) {
    String clientId = provider.config().clientId();
    String idToken =
        provider
            .login()
            .idToken(request)
            .orElseThrow(
                () ->
                    new RelayException(
                        ErrorCode.INVALID_REQUEST, "no login has come to its end here"));
    provider.login().exchanged();
    ProviderTokens.Verified verified = provider.tokens().verify(idToken, clientId);
    if (!verified.payload().path("azp").stringValue(clientId).equals(clientId)) {
      // OpenID Connect Core 1.0, section 3.1.3.7.
      throw new RelayException(ErrorCode.BAD_TOKEN, "the token was given to another client");
    }
    Set<Role> roles = provider.roles().roles(verified.payload());
    if (roles.isEmpty()) {
      throw Credentials.nobody();
    }
    Instant latest = operators.clock().instant().plus(operators.config().session());
    return new Login(
        provider.roles().name(verified.payload()),
        roles,
        () -> true,
        latest.isBefore(verified.expires()) ? latest : verified.expires(),
        provider.login().logoutPage(idToken));
  }
}
