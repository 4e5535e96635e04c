package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An operator pastes a publisher's request, and is told what would become of it at each step. */
class TrialTest {
  private static final String SECRET = Secrets.key("a-secret-of-the-sender-0123456789");
  private static final String KEY = Secrets.key(Stage.KEY);
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String EVENT = "{\"topic\":\"a.b\",\"type\":\"b\",\"id\":\"%s\"}";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: shop, scheme: token, secrets: [%2$s], tenants: [acme], topics: ["a.>"] }
            - name: stamped
              scheme: hmac
              secrets: [%3$s]
              tenants: [acme]
              signature: { header: X-Signature, prefix: "v1=", text: "{timestamp}.{body}" }
              timestamp: { member: t }
              delivery: { header: X-Id, body-window: PT10M }
              mapping: { each: /items, type: "item.{/kind}", topic: "items", time: "{/at|''}", users: "{/user|'ada'}" }
            - name: forms
              scheme: token
              secrets: [%2$s]
              tenants: ["*"]
              mapping: { tenant: "{path:tenant}", form: payload, type: "form.{/kind|'plain'}", topic: forms, subject: "{/From|''}" }
            - name: asked
              scheme: hmac
              secrets: [%3$s]
              tenants: [acme]
              signature: { header: X-Signature }
              challenge: { from: /challenge, when: /type=check, json: challenge, hmac: response }
            - name: open
              scheme: token
              secrets: [%2$s]
              tenants: [acme]
              challenge: { method: get, from: "query:hub.challenge", when: "query:hub.mode=subscribe" }
            - { name: standard, scheme: standard-webhooks, secrets: [MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0], tenants: [acme] }
            - { name: jobs, client-id: jobs, tenants: ["*"] }
          limits: { body-bytes: 256KiB, event-bytes: 64KiB }
          """,
          SECRET);

  /** A request, to be tried and to be sent. */
  private static final class Request {
    private final String publisher;
    private final String path;
    private final Map<String, String> headers;
    private final byte[] body;

    private Request(String publisher, String path, Map<String, String> headers, byte[] body) {
      this.publisher = publisher;
      this.path = path;
      this.headers = headers;
      this.body = body;
    }

    static Request of(String publisher, String body, String... headers) {
      return of(publisher, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    static Request of(String publisher, byte[] body, String... headers) {
      Map<String, String> all = new LinkedHashMap<>();
      for (int i = 0; i < headers.length; i += 2) {
        all.put(headers[i], headers[i + 1]);
      }
      all.putIfAbsent("Content-Type", "application/json");
      return new Request(publisher, "/v1/hooks/" + publisher, all, body);
    }

    Request at(String other) {
      return new Request(publisher, other, headers, body);
    }

    Answer send() throws Exception {
      List<String> all = new ArrayList<>();
      headers.forEach((name, value) -> all.addAll(List.of(name, value)));
      return stage.http().send("POST", path, body, all.toArray(String[]::new));
    }

    Map<String, Object> attempt() throws Exception {
      String base64 = Base64.getEncoder().encodeToString(body);
      Answer answer =
          ask(
              publisher,
              Json.write(Map.of("url", path, "headers", headers, "body_base64", base64)));
      assertEquals(200, answer.status(), answer::toString);
      assertEquals("no-store", answer.header("Cache-Control").orElse(""));
      Secrets.assertNoneIn("the trial", answer.text());
      return answer.json();
    }
  }

  private static Answer ask(String publisher, String question) throws Exception {
    return stage
        .relay()
        .admin()
        .post(
            "/admin/publishers/" + publisher + "/try",
            question,
            "Content-Type",
            "application/json");
  }

  private static Request shop(String body, String... headers) {
    return Request.of("shop", body, with(headers, "authorization", "Bearer " + KEY));
  }

  private static Request stamped(String body, Instant at, String secret, String... headers) {
    String time = Long.toString(at.getEpochSecond());
    String signature = HexFormat.of().formatHex(mac(secret, time + "." + body));
    return Request.of(
        "stamped", body, with(headers, "X-Signature", "t=" + time + ",v1=" + signature));
  }

  private static String[] with(String[] headers, String... more) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static byte[] mac(String secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Map<String, Object> of, String name) {
    return (List<Map<String, Object>>) of.get(name);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Map<String, Object> of, String name) {
    return (Map<String, Object>) of.get(name);
  }

  private static Map<String, Object> step(Map<String, Object> trial, String name) {
    return list(trial, "steps").stream()
        .filter(step -> step.get("step").equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The steps, such as {@code size=passed signature=refused}. */
  private static String outcomes(Map<String, Object> trial) {
    return list(trial, "steps").stream()
        .map(step -> step.get("step") + "=" + step.get("outcome"))
        .collect(Collectors.joining(" "));
  }

  /** What publishing leaves behind: metrics, how publishers fare, and lines of the log. */
  private static List<String> traces() throws Exception {
    List<String> traces =
        new ArrayList<>(
            stage.relay().metrics().lines().filter(it -> it.contains("publish")).toList());
    traces.add(stage.relay().admin().get("/admin/publishers").text());
    traces.add("refusals in the log: " + stage.relay().logged("publish-refused"));
    return traces;
  }

  @Test
  void whatIsTriedLeavesNothingBehindAndTheRealRequestIsTheFirst() throws Exception {
    Request request =
        shop(
            "{\"topic\":\"a.b\",\"type\":\"t\",\"id\":\"first\",\"roles\":[\"ops\"],\"data\":{\"n\":1.0}}");
    List<String> before = traces();
    for (int i = 0; i < 3; i++) {
      Map<String, Object> trial = request.attempt();
      assertEquals("shop", trial.get("publisher"));
      assertEquals(202L, trial.get("status"));
      assertEquals(
          "size=passed signature=passed timestamp=skipped encoding=passed challenge=skipped"
              + " path=passed media-type=passed body=passed",
          outcomes(trial));
      Map<String, Object> told = list(trial, "events").getFirst();
      Map<String, Object> event = object(told, "event");
      assertEquals("first", event.get("id"));
      assertEquals("acme", event.get("tenant"));
      assertEquals("a.b", event.get("topic"));
      assertEquals("/publishers/shop", event.get("source"));
      assertEquals(List.of("ops"), told.get("roles"));
      assertEquals(List.of(), told.get("users"));
      assertEquals(0L, trial.get("untold"));
      assertEquals(
          401L, shop("{", "Authorization", "Bearer wrong-0123456789").attempt().get("status"));
    }
    assertEquals(before, traces());

    Answer real = request.send();
    assertEquals(202, real.status(), real::toString);
    assertEquals(false, real.json().get("duplicate"));
  }

  @Test
  void anOldRequestIsStaleAndToldToItsEnd() throws Exception {
    String body =
        "{\"items\":[{\"kind\":\"a\",\"at\":\"soon\"},{\"kind\":\"b c\"},{},{\"kind\":\"d\"}]}";
    Map<String, Object> trial =
        stamped(body, Instant.now().minusSeconds(3600), SECRET, "x-id", "d-1").attempt();

    assertEquals(401L, trial.get("status"));
    assertEquals("d-1", step(trial, "signature").get("delivery"));
    Map<String, Object> time = step(trial, "timestamp");
    assertEquals("refused", time.get("outcome"));
    assertEquals("STALE_REQUEST", time.get("code"));
    assertTrue(String.valueOf(time.get("reason")).contains("pasted"), time::toString);
    Map<String, Object> warning = list(step(trial, "body"), "warnings").getFirst();
    assertEquals("/0/time", warning.get("pointer"));
    List<Map<String, Object>> events = list(trial, "events");
    assertEquals("d-1.0", object(events.get(0), "event").get("id"));
    assertEquals("item.a", object(events.get(0), "event").get("type"));
    assertEquals(List.of("ada"), events.get(0).get("users"));
    Answer.assertProblem(object(events.get(2), "problem"), 422, "INVALID_EVENT", "/2/kind");
    assertEquals("d-1.3", object(events.get(3), "event").get("id"));
  }

  /** The window is of deliveries that came, and a trial is none. */
  @Test
  void aBodyThatWasTriedHasNotCome() throws Exception {
    String body = "{\"items\":[{\"kind\":\"window\"}]}";
    for (String id : List.of("t-1", "t-2")) {
      Map<String, Object> trial = stamped(body, Instant.now(), SECRET, "X-Id", id).attempt();
      assertEquals(202L, trial.get("status"));
      assertEquals("passed", step(trial, "timestamp").get("outcome"));
      assertEquals(id, step(trial, "signature").get("delivery"));
    }
    Answer real = stamped(body, Instant.now(), SECRET, "X-Id", "t-3").send();
    Map<String, Object> result = list(real.json(), "results").getFirst();
    assertEquals("t-3.0", result.get("id"));
    assertEquals(false, result.get("duplicate"));

    Map<String, Object> again = stamped(body, Instant.now(), SECRET, "X-Id", "t-4").attempt();
    assertEquals("t-3", step(again, "signature").get("delivery"));
  }

  @Test
  void aWrongSignatureIsExplainedAndTheRestIsToldAllTheSame() throws Exception {
    String body = "{\"items\":[{\"kind\":\"a\"}]}";
    Instant now = Instant.now();
    Request request = stamped(body, now, "another-secret-of-somebody", "X-Id", "w-1");
    Map<String, Object> trial = request.attempt();

    assertEquals(401L, trial.get("status"));
    Map<String, Object> signature = step(trial, "signature");
    assertEquals("BAD_SIGNATURE", signature.get("code"));
    assertEquals(request.send().json().get("detail"), signature.get("detail"));
    assertTrue(String.valueOf(signature.get("reason")).startsWith("no secret fits"));
    assertEquals("item.a", object(list(trial, "events").getFirst(), "event").get("type"));
    String right = HexFormat.of().formatHex(mac(SECRET, now.getEpochSecond() + "." + body));
    assertFalse(trial.toString().contains(right));
    assertFalse(trial.toString().contains(request.headers.get("X-Signature")));

    Map<String, Object> bare = Request.of("standard", EVENT, "svix-id", "a").attempt();
    assertEquals("svix-timestamp: is missing", step(bare, "signature").get("reason"));
    assertEquals("skipped", step(bare, "timestamp").get("outcome"));
  }

  @Test
  void formsAndGzipAreReadAsAtTheDoor() throws Exception {
    Request form =
        Request.of(
                "forms",
                "From=%2B491&Body=hi",
                "Content-Type",
                FORM,
                "Authorization",
                "Bearer " + KEY)
            .at("/v1/hooks/forms/acme?x=1");
    Map<String, Object> event = object(list(form.attempt(), "events").getFirst(), "event");
    assertEquals("form.plain", event.get("type"));
    assertEquals("+491", event.get("subject"));
    assertEquals("acme", event.get("tenant"));
    assertEquals(Map.of("From", "+491", "Body", "hi"), event.get("data"));

    byte[] zipped = Publisher.gzip(EVENT.formatted("zipped").getBytes(StandardCharsets.UTF_8));
    Map<String, Object> trial =
        Request.of("shop", zipped, "Content-Encoding", "gzip", "Authorization", "Bearer " + KEY)
            .attempt();
    assertEquals("zipped", object(list(trial, "events").getFirst(), "event").get("id"));
  }

  @Test
  void aChallengeIsToldAndItsSignatureOnlyToWhoSigned() throws Exception {
    String body = "{\"type\":\"check\",\"challenge\":\"c-1\"}";
    String right = HexFormat.of().formatHex(mac(SECRET, body));
    Request request = Request.of("asked", body, "x-signature", right);
    Map<String, Object> trial = request.attempt();
    assertEquals(200L, trial.get("status"));
    assertEquals(request.send().text(), object(step(trial, "challenge"), "answer").get("text"));
    assertEquals("skipped", step(trial, "body").get("outcome"));

    Map<String, Object> wrong = Request.of("asked", body, "X-Signature", "00").attempt();
    assertEquals(401L, wrong.get("status"));
    assertEquals("passed", step(wrong, "challenge").get("outcome"));
    assertFalse(object(step(wrong, "challenge"), "answer").containsKey("text"));

    Answer get =
        ask(
            "open",
            "{\"method\":\"GET\",\"url\":\"https://hooks.example.com/v1/hooks/open?hub.mode=subscribe&hub.challenge=42\"}");
    assertEquals(200L, get.json().get("status"));
    assertEquals("42", object(step(get.json(), "challenge"), "answer").get("text"));
    Answer other = ask("open", "{\"method\":\"GET\"}");
    assertEquals(401L, other.json().get("status"));
    assertEquals("refused", step(other.json(), "challenge").get("outcome"));
  }

  @Test
  void aTokenIsNotVerified() throws Exception {
    Answer answer =
        ask(
            "jobs",
            "{\"headers\":{\"content-type\":\"application/json\"},"
                + "\"body\":\"{\\\"tenant\\\":\\\"acme\\\",\\\"topic\\\":\\\"a\\\",\\\"type\\\":\\\"é\\\"}\"}");
    Map<String, Object> trial = answer.json();
    assertEquals(202L, trial.get("status"), answer::toString);
    assertEquals("skipped", step(trial, "signature").get("outcome"));
    assertEquals("é", object(list(trial, "events").getFirst(), "event").get("type"));
  }

  /** A trial and a real request run the same code, and this is why it has to stay so. */
  @Test
  void theStatusIsTheOneOfTheRealRequest() throws Exception {
    List<Request> requests =
        List.of(
            shop(EVENT.formatted("same")),
            shop("{"),
            shop("[]"),
            shop("{\"topic\":\"a.b\"}"),
            shop("{\"topic\":\"b\",\"type\":\"b\"}"),
            shop("[{\"topic\":\"b\"}]"),
            shop(EVENT, "Content-Type", "text/csv"),
            shop(EVENT, "Content-Encoding", "br"),
            shop(EVENT, "Content-Encoding", "gzip"),
            shop(EVENT).at("/v1/hooks/shop/acme"),
            shop("{\"topic\":\"a.b\",\"type\":\"b\",\"data\":\"" + "x".repeat(66_000) + "\"}"),
            shop(EVENT, "Content-Type", "application/json; charset=latin1"),
            Request.of("shop", "a", "Authorization", "Basic abc"),
            Request.of(
                "shop",
                EVENT.formatted("ce"),
                "Authorization",
                "Bearer " + KEY,
                "ce-specversion",
                "1.0",
                "ce-type",
                "t",
                "ce-topic",
                "a.b"),
            Request.of("shop", "", "Authorization", "Bearer " + KEY),
            stamped("{}", Instant.now(), SECRET),
            stamped("{\"items\":[]}", Instant.now(), SECRET),
            stamped("{\"items\":[{}]}", Instant.now(), SECRET),
            stamped("{\"items\":[{}]}", Instant.now().minusSeconds(600), SECRET),
            stamped("", Instant.now(), "another-secret-of-somebody"),
            Request.of("forms", "a=%", "Content-Type", FORM, "Authorization", "Bearer " + KEY));
    for (Request request : requests) {
      Map<String, Object> trial = request.attempt();
      Answer real = request.send();
      assertEquals((long) real.status(), trial.get("status"), () -> trial + " " + real);
      if (real.status() != 202) {
        Map<String, Object> refused =
            list(trial, "steps").stream()
                .filter(step -> step.get("outcome").equals("refused"))
                .findFirst()
                .orElseThrow();
        assertEquals(real.json().get("code"), refused.get("code"));
        assertEquals(real.json().get("detail"), refused.get("detail"));
        assertEquals(real.json().getOrDefault("pointer", ""), refused.get("pointer"));
      }
    }
  }

  @Test
  void ofManyEventsTheFirstAreTold() throws Exception {
    String events =
        IntStream.range(0, 20)
            .mapToObj(i -> EVENT.formatted("n" + i))
            .collect(Collectors.joining(",", "[", "]"));
    Map<String, Object> trial = shop(events).attempt();
    assertEquals(16, list(trial, "events").size());
    assertEquals(4L, trial.get("untold"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]",
        "{'x':1}",
        "{'headers':[]}",
        "{'headers':{'a':1}}",
        "{'headers':{'a':['b',1]}}",
        "{'headers':{'a b':'c'}}",
        "{'headers':{'a':'b\\nc'}}",
        "{'method':'PUT'}",
        "{'method':'GET'}",
        "{'body':{}}",
        "{'body':'a','body_base64':'YQ=='}",
        "{'body_base64':'a'}",
        "{'url':'v1/hooks/shop'}",
        "{'url':'/v1/hooks/jobs'}",
        "{'url':'/v1/hooks/shop/a/b'}",
        "{'url':'/v1/hooks/shop?a=%'}",
        "{'url':'/v1/hooks/%zz'}",
        "{'url':'/v1/events'}",
        "{'url':'ftp://a/v1/hooks/shop'}",
      })
  void whatCannotBeTriedIsRefused(String question) throws Exception {
    ask("shop", question.replace('\'', '"')).assertProblem(400, "INVALID_REQUEST");
  }

  /** What does not fit the admin listener says nothing of the public one. */
  @Test
  void whatGrowsTooLargeForATrialIsNotToldAsTheDoorsRefusal() throws Exception {
    byte[] zipped = Publisher.gzip(new byte[200_000]);
    String body = Base64.getEncoder().encodeToString(zipped);
    ask("shop", "{\"headers\":{\"content-encoding\":\"gzip\"},\"body_base64\":\"" + body + "\"}")
        .assertProblem(413, "TOO_LARGE");
  }

  @Test
  void aHeaderMayComeTwice() throws Exception {
    Answer answer = ask("shop", "{\"headers\":{\"Authorization\":[\"Bearer a\",\"Bearer b\"]}}");
    assertEquals(
        "authorization: comes more than once", step(answer.json(), "signature").get("reason"));
  }

  @Test
  void itIsOneDoorOfTheAdminListener() throws Exception {
    ask("nobody", "{}").assertProblem(404, "NOT_FOUND");
    ask("shop", "{").assertProblem(400, "INVALID_JSON");
    ask("shop", "{\"body\":\"" + "x".repeat(200_000) + "\"}").assertProblem(413, "TOO_LARGE");
    Answer get = stage.relay().admin().get("/admin/publishers/shop/try");
    get.assertProblem(405, "METHOD_NOT_ALLOWED");
    assertEquals("POST", get.header("Allow").orElse(""));
    stage.http().post("/admin/publishers/shop/try", "{}").assertProblem(404, "NOT_FOUND");
  }
}
