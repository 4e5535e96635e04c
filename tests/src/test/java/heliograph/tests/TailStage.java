package heliograph.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A relay with masks at which Vera may look, and Dora see data, whose audit is in a file. */
final class TailStage implements AutoCloseable {
  static final String VERA = Secrets.key("viewer-0123456789abcdef0123456789abcdef");
  static final String DORA = Secrets.key("payload-0123456789abcdef0123456789abcde");

  private static final String OTHER = Secrets.key("viewer-other-456789abcdef0123456789abcd");
  private static final String KEY = "backend-key-0123456789";

  private final Path folder;
  private final TestIssuer issuer;
  private final RelayProcess relay;
  private final Publisher backend;

  /** Starts it, with its files in a folder. */
  TailStage(Path folder) throws Exception {
    this.folder = folder;
    this.issuer = TestIssuer.start();
    Files.writeString(folder.resolve("viewer"), VERA + "\n");
    Files.writeString(folder.resolve("dora"), DORA + "\n");
    this.relay =
        RelayProcess.start(
            """
            identity: { issuers: [%s] }
            publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: ["*"] } ]
            types: [ { type: "person.*", masks: [ { fields: [/salary], roles: [hr] } ] } ]
            stream: { write-timeout: PT2S }
            admin:
              audit: { file: "%s" }
              login:
                tokens:
                  - { name: vera, role: viewer, file: "%s" }
                  - { name: dora, role: [viewer, payload], file: "%s" }
            """
                .formatted(
                    issuer.yaml(), KEY, audit(), folder.resolve("viewer"), folder.resolve("dora")));
    this.backend = Publisher.withKey(relay, "backend", KEY);
  }

  /** Where the audit is. */
  Path audit() {
    return folder.resolve("audit.jsonl");
  }

  /** What was noted so far. */
  String noted() throws IOException {
    return Files.isRegularFile(audit()) ? Files.readString(audit()) : "";
  }

  RelayProcess relay() {
    return relay;
  }

  Publisher backend() {
    return backend;
  }

  /** A token of a subscriber of acme. */
  String token(String subject) {
    return issuer.token(subject, "acme");
  }

  /** Gives Vera another token in place of the one that she has. */
  void replaceVerasToken() throws IOException {
    Files.writeString(folder.resolve("viewer"), OTHER + "\n");
  }

  static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  TailClient look(String query, String token) throws IOException {
    return TailClient.open(relay, query, bearer(token));
  }

  /** Looks on through a receive buffer that is soon full, and reads nothing. */
  TailClient stall(String query, String token) throws IOException {
    return TailClient.stalled(relay, query, bearer(token));
  }

  Answer get(String path, String token) throws Exception {
    return relay.admin().get(path, "Authorization", "Bearer " + token);
  }

  /** Publishes an event of acme, of which a test says what matters to it; its place. */
  String publish(String more) throws Exception {
    return backend.publish(event(more));
  }

  static String event(String more) {
    return "{\"tenant\":\"acme\",\"topic\":\"orders.42\",\"type\":\"order.paid\"" + more + "}";
  }

  @Override
  public void close() throws IOException {
    try {
      relay.assertNoBugs();
      Secrets.assertNoneIn("the log", relay.log());
      Secrets.assertNoneIn("the audit", noted());
    } finally {
      relay.close();
      issuer.close();
    }
  }
}
