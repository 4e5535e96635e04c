package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the client library, as the relay serves them to any page. */
class ClientFilesTest {
  private static final List<String> FILES =
      List.of(
          "heliograph.js",
          "heliograph.js.map",
          "heliograph.d.ts",
          "heliograph-elements.js",
          "heliograph-elements.js.map",
          "heliograph-elements.d.ts");

  private static TestIssuer issuer;
  private static RelayProcess relay;

  /** With files that stand for those of the library, so that it is known what is in them. */
  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Path resources = Files.createDirectories(folder.resolve("META-INF/client"));
    for (String file : FILES) {
      Files.writeString(resources.resolve(file), "// %s ж\n".formatted(file).repeat(200));
    }
    Files.writeString(resources.resolve("other.js"), "// not one of them");
    issuer = TestIssuer.start();
    relay =
        RelayProcess.startWithResources(
            folder,
            """
            identity: { issuers: [%s] }
            cors: { origins: ["https://app.example.com"] }
            """
                .formatted(issuer.yaml()));
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      relay.stopWell();
    } finally {
      issuer.close();
    }
  }

  private static Answer get(String path, String... headers) throws Exception {
    return relay.http().get(path, headers);
  }

  private static byte[] bytes(Answer answer) {
    return answer.text().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theIndexTellsTheHashOfEachFile() throws Exception {
    List<?> files = (List<?>) get("/client/").json().get("files");
    assertEquals(FILES, files.stream().map(it -> ((Map<?, ?>) it).get("file")).toList());
    for (Object file : files) {
      Map<?, ?> told = (Map<?, ?>) file;
      Answer latest = get("/client/" + told.get("file"));
      Answer versioned = get((String) told.get("path"));
      assertEquals(200, latest.status());
      byte[] bytes = bytes(latest);
      assertEquals((long) bytes.length, told.get("bytes"));
      assertEquals(
          "sha384-"
              + Base64.getEncoder()
                  .encodeToString(MessageDigest.getInstance("SHA-384").digest(bytes)),
          told.get("integrity"));
      assertEquals(latest.text(), versioned.text());
      assertEquals("no-cache", latest.header("Cache-Control").orElse("none"));
      assertEquals(
          "public, max-age=31536000, immutable", versioned.header("Cache-Control").orElse("none"));
    }
    assertEquals(get("/client").text(), get("/client/").text());
  }

  @ParameterizedTest
  @CsvSource({
    "heliograph.js, text/javascript; charset=utf-8, ./heliograph.d.ts",
    "heliograph-elements.js, text/javascript; charset=utf-8, ./heliograph-elements.d.ts",
    "heliograph.js.map, application/json, none",
    "heliograph.d.ts, text/plain; charset=utf-8, none",
  })
  void everyPageMayLoadThem(String file, String type, String types) throws Exception {
    Answer answer = get("/client/" + file, "Origin", "https://anybody.example", "Accept", "*/*");
    assertEquals(type, answer.header("Content-Type").orElse("none"));
    assertEquals(types, answer.header("X-TypeScript-Types").orElse("none"));
    assertEquals("*", answer.header("Access-Control-Allow-Origin").orElse("none"));
    assertEquals("cross-origin", answer.header("Cross-Origin-Resource-Policy").orElse("none"));
    assertEquals("nosniff", answer.header("X-Content-Type-Options").orElse("none"));
    assertTrue(answer.headers().get("Vary").toString().contains("Accept-Encoding"));
    assertEquals(Optional.empty(), answer.header("Access-Control-Allow-Credentials"));
    assertFalse(answer.text().isEmpty());
  }

  /** With cookies, a browser takes no star. */
  @Test
  void aPageThatIsKnownIsAnsweredByName() throws Exception {
    String origin = "https://app.example.com";
    Answer answer = get("/client/heliograph.js", "Origin", origin);
    assertEquals(List.of(origin), answer.headers().get("Access-Control-Allow-Origin"));
    assertEquals("true", answer.header("Access-Control-Allow-Credentials").orElse("none"));
  }

  @Test
  void whoTakesGzipGetsIt() throws Exception {
    byte[] plain = bytes(get("/client/heliograph.js"));
    try (RawHttp raw = RawHttp.connect(relay.port())) {
      raw.send(
          "GET /client/heliograph.js HTTP/1.1\r\nHost: relay\r\nAccept-Encoding: br, gzip\r\n\r\n");
      Answer head = raw.head();
      assertEquals("gzip", head.header("Content-Encoding").orElse("none"));
      byte[] body = raw.body(head);
      assertTrue(body.length < plain.length);
      try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(body))) {
        assertArrayEquals(plain, gzip.readAllBytes());
      }
    }
  }

  @Test
  void whoHasAFileIsNotSentItAgain() throws Exception {
    Answer first = get("/client/heliograph.js");
    String tag = first.header("ETag").orElseThrow();
    Answer again = get("/client/heliograph.js", "If-None-Match", tag);
    assertEquals(304, again.status());
    assertEquals(Optional.of(tag), again.header("ETag"));
    assertEquals("no-cache", again.header("Cache-Control").orElse("none"));
    assertEquals("*", again.header("Access-Control-Allow-Origin").orElse("none"));
    // In gzip it is another sequence of bytes, and has another tag.
    Answer gzip = get("/client/heliograph.js", "If-None-Match", tag, "Accept-Encoding", "gzip");
    assertEquals(200, gzip.status());
    Answer other = get("/client/heliograph-elements.js", "If-None-Match", tag);
    assertEquals(200, other.status());
  }

  @Test
  void headHasNoBody() throws Exception {
    int length = bytes(get("/client/heliograph.js")).length;
    try (RawHttp raw = RawHttp.connect(relay.port())) {
      for (int i = 0; i < 2; i++) {
        raw.send("HEAD /client/heliograph.js HTTP/1.1\r\nHost: relay\r\n\r\n");
        Answer head = raw.head();
        assertEquals(200, head.status());
        assertEquals(Integer.toString(length), head.header("Content-Length").orElse("none"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/client/index.json",
        "/client/other.js",
        "/client/heliograph",
        "/client/HELIOGRAPH.js",
        "/client/heliograph.js/",
        "/client/x/heliograph.js",
        "/client/000000000000/heliograph.js",
        "/client/../META-INF/MANIFEST.MF",
        "/client/%2e%2e/MANIFEST.MF",
        "/client/..%2fMANIFEST.MF",
        "/client/heliograph.js%00",
        "/clients",
      })
  void thereIsNothingElse(String path) throws Exception {
    try (RawHttp raw = RawHttp.connect(relay.port())) {
      raw.send("GET " + path + " HTTP/1.1\r\nHost: relay\r\n\r\n");
      Answer answer = raw.answer();
      assertTrue(answer.status() == 404 || answer.status() == 400, answer::toString);
      assertFalse(answer.text().contains("heliograph.js"), answer::text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/client", "/client/heliograph.js"})
  void theyAreOnlyRead(String path) throws Exception {
    Answer answer = relay.http().post(path, "x");
    answer.assertProblem(405, "METHOD_NOT_ALLOWED");
    assertEquals("GET, HEAD", answer.header("Allow").orElse("none"));
  }
}
