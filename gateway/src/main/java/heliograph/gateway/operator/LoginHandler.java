package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.FormFields;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.http.MediaType;
import heliograph.gateway.http.Problems;
import heliograph.gateway.json.Json;
import heliograph.gateway.operator.Sessions.Login;
import heliograph.gateway.operator.Sessions.Session;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/** The pages by which a browser logs in and out, and who it is then. Any thread. */
final class LoginHandler {
  static final String LOGIN = "/login";
  static final String LOGOUT = "/logout";
  static final String SESSION = "/admin/v1/session";

  /** The paths for which nobody has to be logged in. */
  static final Set<String> PATHS =
      Set.of(LOGIN, LOGOUT, ProviderLogin.START, ProviderLogin.CALLBACK, ProviderLogin.DONE);

  private static final String LOGOUT_DEED = "logout";

  /** The most bytes of a form. */
  static final int MAX_BODY = 16 * 1024;

  /** Where a browser goes that has logged in. */
  static final String HOME = "/console/";

  private static final String TITLE = "Log in to Heliograph";

  private final Operators operators;
  private final Bodies bodies;

  LoginHandler(Operators operators, Bodies bodies) {
    this.operators = operators;
    this.bodies = bodies;
  }

  void register(HttpRouting.Builder routing) {
    routing.get(SESSION, this::tell).any(SESSION, Problems.onlyMethods("GET, HEAD"));
    if (operators.config().isNone()) {
      return;
    }
    routing
        .get(LOGIN, this::show)
        .post(LOGIN, this::login)
        .any(LOGIN, Problems.onlyMethods("GET, HEAD, POST"))
        .post(LOGOUT, this::logout)
        .any(LOGOUT, Problems.onlyMethods("POST"));
  }

  private void tell(ServerRequest request, ServerResponse response) {
    Operator operator = Operator.of(request);
    Optional<Session> session =
        request.headers().contains(HeaderNames.AUTHORIZATION)
            ? Optional.empty()
            : operators.credentials().session(request);
    JsonAnswer.in(response).send(Json.object(json -> write(json, operator, session)));
  }

  private void write(JsonGenerator json, Operator operator, Optional<Session> session) {
    json.writeStringProperty("name", operator.name());
    Json.writeTexts(json, "roles", operator.roles().stream().sorted().map(Role::word).toList());
    json.writeStringProperty("login", operators.config().word());
    session.ifPresent(
        it -> {
          json.writeStringProperty("expires", it.login().until().toString());
          json.writeStringProperty("logout", LOGOUT);
        });
  }

  private void show(ServerRequest request, ServerResponse response) {
    Optional<Session> session = known(request);
    if (session.isPresent()) {
      Login login = session.get().login();
      LoginPage.titled("Heliograph")
          .says("You are logged in as " + login.name() + ".")
          .link(HOME, "Go to the console")
          .button(LOGOUT, "Log out")
          .send(response, Status.OK_200);
      return;
    }
    offer(LoginPage.titled(TITLE)).send(response, Status.OK_200);
  }

  private LoginPage offer(LoginPage page) {
    if (operators.provider().isPresent()) {
      var _ = page.link(ProviderLogin.START, "Log in at your provider");
    }
    return operators.config().tokens().isEmpty() ? page : page.tokenForm(LOGIN);
  }

  /** The session of a browser, if it has one that stands. */
  private Optional<Session> known(ServerRequest request) {
    try {
      return operators.credentials().session(request);
    } catch (RelayException _) {
      return Optional.empty();
    }
  }

  private void login(ServerRequest request, ServerResponse response) {
    try {
      MediaType.require(request.headers(), MediaType.FORM);
      operators.refused().checkLogins(request);
      OperatorTokens.Known known =
          operators
              .tokens()
              .find(token(request, response))
              .orElseThrow(
                  () ->
                      operators
                          .refused()
                          .login(
                              request,
                              new RelayException(ErrorCode.BAD_TOKEN, "nobody has this token")));
      Instant until = operators.clock().instant().plus(operators.config().session());
      Login login =
          new Login(
              Credentials.named(known), known.roles(), known::stands, until, Optional.empty());
      begin(request, response, login);
      response
          .status(Status.SEE_OTHER_303)
          .header(HeaderNames.LOCATION, HOME)
          .header(HeaderNames.CACHE_CONTROL, "no-store")
          .send();
    } catch (RelayException refusal) {
      refuse(response, refusal);
    }
  }

  private String token(ServerRequest request, ServerResponse response) {
    try (Bodies.Body body = bodies.unproven(MAX_BODY)) {
      List<String> tokens =
          FormFields.of(body.receive(request, response)).stream()
              .filter(it -> it.name().equals("token"))
              .map(FormFields.Field::value)
              .toList();
      if (tokens.size() != 1) {
        throw FormFields.refused("no token, or several");
      }
      return new String(
              tokens.getFirst().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
          .strip();
    }
  }

  /** Begins a session, if the login can be noted. */
  void begin(ServerRequest request, ServerResponse response, Login login) {
    Operator operator = Operator.of(request, login.name(), login.roles(), login.standing());
    operators.audit().note(operator, new Deed(Refused.LOGIN, "", ""), AuditEntry.DONE);
    // Who logs in again needs the old session no more, and nobody else should have it.
    known(request).ifPresent(operators.sessions()::end);
    String value = operators.sessions().begin(login);
    Duration life = Duration.between(operators.clock().instant(), login.until());
    operators.credentials().cookie().give(request, response, value, life);
  }

  /** Answers why nobody was logged in, and how to try again. */
  void refuse(ServerResponse response, RelayException refusal) {
    refusal
        .retryAfter()
        .ifPresent(it -> response.header(HeaderNames.RETRY_AFTER, Long.toString(it.toSeconds())));
    refusal(refusal).send(response, Status.create(refusal.code().status()));
  }

  /** The page that says why nobody was logged in, and how to try again. */
  LoginPage refusal(RelayException refusal) {
    return offer(
        LoginPage.titled(TITLE).warns(refusal.code().title() + ": " + refusal.detail() + "."));
  }

  private void logout(ServerRequest request, ServerResponse response) {
    Optional<Session> session = known(request);
    session.ifPresent(operators.sessions()::end);
    operators.credentials().cookie().take(request, response);
    session.ifPresent(
        it ->
            // It is done whether or not it can be noted: nobody is to be kept logged in.
            operators
                .audit()
                .noteIfPossible(
                    Operator.of(request, it.login().name(), it.login().roles(), () -> false),
                    new Deed(LOGOUT_DEED, "", ""),
                    AuditEntry.DONE));
    LoginPage page = LoginPage.titled("Logged out").says("You are logged out here.");
    session
        .flatMap(it -> it.login().logoutPage())
        .map(to -> page.goesOn(to, "Log out at your provider, too"))
        .orElseGet(() -> page.link(LOGIN, "Log in again"))
        .send(response, Status.OK_200);
  }
}
