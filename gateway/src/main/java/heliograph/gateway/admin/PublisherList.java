package heliograph.gateway.admin;

import heliograph.contract.Tenant;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.intake.PublisherConfig;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.ProblemText;
import heliograph.gateway.publish.PublishRules;
import heliograph.gateway.publish.Publishing;
import heliograph.gateway.publish.Rates;
import heliograph.gateway.publish.Standing;
import heliograph.gateway.scheme.FiledSecrets;
import heliograph.gateway.scheme.Scheme;
import heliograph.gateway.settings.SecretFiles;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/** Shows an operator how each publisher fares. Any thread. */
final class PublisherList {
  static final String PUBLISHERS = AdminApi.ROOT + "/publishers";

  private static final String KEPT =
      "mend the file; until then the secrets count that it had when it was last good";
  private static final List<String> STATES = List.of("active", "paused");

  private final Publishing publishing;
  private final Supplier<PublishRules> rules;
  private final Listing<Line> listing;

  /**
   * @param rules the publishers that there are now
   */
  PublisherList(Publishing publishing, Supplier<PublishRules> rules, ListCursors cursors) {
    this.publishing = publishing;
    this.rules = rules;
    this.listing =
        new Listing<>(
            "publishers",
            it -> it.publisher.name(),
            Map.of(
                "stored", it -> it.view.stored(),
                "duplicates", it -> it.view.duplicates(),
                "refused", it -> it.view.refused(),
                "lastSeen", it -> lastSeen(it.view).toEpochMilli()),
            "id",
            cursors);
  }

  private record Line(Publisher publisher, Standing.View view, String state) {}

  void list(ServerRequest request, ServerResponse response) {
    ListQuery query = new ListQuery(request, Set.of("state", "name"));
    String state = query.word("state", STATES).orElse("");
    String prefix = query.filter("name").orElse("");
    PublishRules now = rules.get();
    Stream<Line> lines =
        now.configured().stream()
            .filter(it -> it.name().startsWith(prefix))
            .map(it -> new Line(it, now.refusals().of(it), state(it)))
            .filter(it -> state.isEmpty() || it.state.equals(state));
    Listing.Page<Line> page = listing.page(query, lines);
    AdminAnswer.send(
        request,
        response,
        json -> {
          page.write(json, this::write);
          json.writeObjectPropertyStart("unknown");
          writeRefusals(json, now.refusals().strangers());
          json.writeEndObject();
        });
  }

  private String state(Publisher publisher) {
    return publishing.pauses().of(publisher.name()).isPresent() ? "paused" : "active";
  }

  private static Instant lastSeen(Standing.View view) {
    return Stream.concat(
            view.lastAccepted().stream(), view.lastRefusal().stream().map(Standing.Refused::at))
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  private void write(JsonGenerator json, Line line) {
    Publisher publisher = line.publisher;
    PublisherConfig config = publisher.config();
    json.writeStringProperty("name", publisher.name());
    json.writeStringProperty(
        "scheme", publisher.hook().map(it -> it.name().word()).orElse("bearer"));
    List<String> tenants = config.tenants().stream().map(Tenant::name).sorted().toList();
    Json.writeTexts(json, "tenants", config.anyTenant() ? List.of("*") : tenants);
    publisher.hook().ifPresent(it -> writeSecrets(json, config, it.scheme()));
    json.writeStringProperty("state", line.state);
    publishing
        .pauses()
        .of(publisher.name())
        .ifPresent(
            pause -> {
              json.writeStringProperty("since", pause.since().toString());
              json.writeStringProperty("reason", pause.reason());
              json.writeStringProperty(
                  "next", "resume it; until then its senders are told to come back in a minute");
            });
    Instant seen = lastSeen(line.view);
    if (seen.isAfter(Instant.EPOCH)) {
      json.writeStringProperty("lastSeen", seen.toString());
    }
    json.writeNumberProperty("stored", line.view.stored());
    json.writeNumberProperty("duplicates", line.view.duplicates());
    writeRefusals(json, line.view);
    Rates.Used used = publishing.used(publisher);
    json.writeObjectPropertyStart("rate");
    json.writeNumberProperty("used", used.used());
    json.writeNumberProperty("allowed", used.allowed());
    json.writeEndObject();
  }

  /** How many secrets prove it, and how old their files are, by the names that the report has. */
  private static void writeSecrets(JsonGenerator json, PublisherConfig config, Scheme scheme) {
    SecretFiles.View secrets =
        scheme instanceof FiledSecrets filed
            ? filed.view()
            : new SecretFiles.View(
                config.hook().map(it -> it.scheme().secrets().texts().size()).orElse(0), List.of());
    if (secrets.count() == 0) {
      // It proves itself by a certificate.
      return;
    }
    json.writeObjectPropertyStart("secrets");
    json.writeNumberProperty("count", secrets.count());
    json.writeArrayPropertyStart("files");
    for (SecretFiles.FileView file : secrets.files()) {
      json.writeStartObject();
      json.writeStringProperty("file", file.file().toString());
      file.changed()
          .ifPresent(
              it ->
                  json.writeStringProperty(
                      "changed", it.truncatedTo(ChronoUnit.MILLIS).toString()));
      if (!file.trouble().isEmpty()) {
        json.writeStringProperty("error", file.trouble());
        json.writeStringProperty("next", KEPT);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeRefusals(JsonGenerator json, Standing.View view) {
    json.writeNumberProperty("refused", view.refused());
    json.writeObjectPropertyStart("refusals");
    view.refusals().forEach((code, count) -> json.writeNumberProperty(code.name(), count));
    json.writeEndObject();
    view.lastRefusal()
        .ifPresent(
            last -> {
              json.writeObjectPropertyStart("lastRefusal");
              json.writeStringProperty("time", last.at().toString());
              ProblemText.tell(json, last.why());
              json.writeEndObject();
            });
  }
}
