package heliograph.gateway.client;

import heliograph.contract.StandardDialect;
import heliograph.contract.TypePattern;
import heliograph.gateway.access.CredentialPolicy;
import heliograph.gateway.client.DescribedTypes.Described;
import heliograph.gateway.http.Paths;
import heliograph.gateway.json.Json;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.profile.ProfileConfig.Taken;
import heliograph.gateway.profile.ProfileConfig.Told;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the AsyncAPI 3.0 document: {@code /v1/stream} and the profiles are its channels, the
 * configured types with their schemas its messages. Whoever asks may read it, so nothing is in it
 * of tenants, publishers, audiences, topics, conditions, servers or secrets. One thread.
 */
final class AsyncApi {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** The extension of a message that has the pattern of its events' types. */
  private static final String TYPE = "x-heliograph-type";

  /**
   * The most messages of profiles about types. Profiles beyond say nothing of single types, as
   * fifty profiles of two hundred types would make a document of many megabytes.
   */
  static final int MAX_MESSAGES = 2000;

  private static final TypePattern EVERY = new TypePattern("*");

  private static final Map<String, String> WORDS =
      Map.of(
          "system.connected", "The stream is open, and where it begins.",
          "system.position", "Where the stream is, past events that were not for this client.",
          "system.heartbeat", "The stream is alive.",
          "system.gap", "Events were missed: what is shown has to be fetched anew.",
          "system.reauth", "The token ends soon; bring another.",
          "system.shutdown", "The relay stops. Come back after so many milliseconds.",
          "system.end", "The stream ends, and why.",
          "event", "An event.",
          "batch", "Several events of one type, in their order.");

  /**
   * What the document tells of.
   *
   * @param profiles the operator's own streams
   * @param usual the credentials of {@code /v1/stream}
   * @param sessions whether cookies of an application count there as well
   */
  record Configured(
      List<ProfileConfig> profiles,
      DescribedTypes types,
      CredentialPolicy usual,
      boolean sessions) {
    Configured {
      profiles = List.copyOf(profiles);
    }
  }

  private final Configured configured;
  private final SecuritySchemes security = new SecuritySchemes();
  private final ObjectNode channels = JSON.objectNode();
  private final ObjectNode operations = JSON.objectNode();
  private final ObjectNode messages = JSON.objectNode();
  private int ofProfiles;

  private AsyncApi(Configured configured) {
    this.configured = configured;
  }

  /**
   * Writes the document.
   *
   * @param version the version of the interface
   */
  static ObjectNode of(String version, Configured configured) {
    return new AsyncApi(configured).document(version);
  }

  private ObjectNode document(String version) {
    stream();
    configured.profiles().stream().filter(profile -> profile.enabled().on()).forEach(this::profile);
    ObjectNode document = JSON.objectNode().put("asyncapi", "3.0.0");
    ObjectNode info = document.putObject("info");
    info.put("title", "Heliograph")
        .put("version", version)
        .put(
            "description",
            """
            The streams of this relay and the events that they may carry. Each is a stream of \
            server-sent events (text/event-stream); the name of a message is the name of its SSE \
            events. What a subscriber receives depends on who it is. The same paths, and those \
            for publishers, are described at /openapi.\
            """);
    info.putObject("license")
        .put("name", "Apache-2.0")
        .put("url", "https://www.apache.org/licenses/LICENSE-2.0");
    document.put("defaultContentType", "application/json");
    document.set("channels", channels);
    document.set("operations", operations);
    ObjectNode components = document.putObject("components");
    components.set("schemas", configured.types().schemas());
    components.set("messages", messages);
    components.set("securitySchemes", security.all());
    return document;
  }

  private void stream() {
    ObjectNode channel = channel("stream", "Events", Paths.STREAM);
    ObjectNode refer = channel.putObject("messages");
    for (Described type : configured.types().all()) {
      refer(refer, type.key(), ofStream(type));
    }
    if (!configured.types().areAll()) {
      refer(refer, "other", other(JSON.objectNode()));
    }
    for (Told word : ProfileConfig.usualWords()) {
      refer(refer, word.word(), message(word));
    }
    SecuritySchemes.Accepted accepted = security.of(configured.usual(), configured.sessions());
    operation("stream", "Receive the events that the caller may see", accepted)
        .set("query", StreamParameters.schema());
  }

  private void refer(ObjectNode refer, String key, ObjectNode message) {
    messages.set(key, message);
    refer.set(key, JSON.objectNode().put("$ref", "#/components/messages/" + key));
  }

  private static ObjectNode ofStream(Described type) {
    ObjectNode message =
        message(
            new Told("event", Optional.of(StandardDialect.name(type.type().value())), type.data()));
    return about(message, type);
  }

  private static ObjectNode about(ObjectNode message, Described type) {
    message.put("title", type.type().value()).put(TYPE, type.type().value());
    message.put(
        "description", (message.path("description").asString("") + " " + type.about()).strip());
    return message;
  }

  private static ObjectNode other(JsonNode data) {
    return message(new Told("event", Optional.empty(), data))
        .put("title", "Other events")
        .put("description", "An event of any other type, of which nothing more is known here.");
  }

  private static ObjectNode message(Told told) {
    ObjectNode message = JSON.objectNode();
    told.name().ifPresent(name -> message.put("name", name));
    message
        .put("title", told.word())
        .put("description", WORDS.getOrDefault(told.word(), "An event."))
        .put("contentType", "application/json");
    return message.set("payload", told.data());
  }

  private void profile(ProfileConfig profile) {
    // No channel of the relay's own has a dot in its key.
    String key = "profiles." + profile.name();
    ObjectNode channel = channel(key, "The stream " + profile.name(), profile.path().toString());
    parameters(channel, profile);
    ObjectNode own = channel.putObject("messages");
    Map<String, Integer> counts = new HashMap<>();
    List<Described> types =
        configured.types().all().stream().filter(it -> isIn(profile, it.type())).toList();
    boolean told = ofProfiles + types.size() <= MAX_MESSAGES;
    if (told) {
      ofProfiles += types.size();
      for (Described type : types) {
        for (Told frame : profile.framesOf(type.type(), type.data())) {
          own.set(key(counts, type.key(), frame), about(message(frame), type));
        }
      }
    }
    if (!told || !configured.types().areAll()) {
      for (Told frame : profile.framesOf(EVERY, JSON.objectNode())) {
        own.set(key(counts, "other", frame), other(frame));
      }
    }
    for (Told word : profile.ownWords()) {
      own.set(key(counts, word.word(), word), message(word));
    }
    operation(key, "Receive the events of the stream", security.of(profile.token(), false))
        .set("query", query(profile.takenOfQuery()));
  }

  private static boolean isIn(ProfileConfig profile, TypePattern type) {
    return profile.types().isEmpty() || profile.types().stream().anyMatch(type::overlaps);
  }

  /** Where a profile names its frames by types, those of any type have no name to be told. */
  private static ObjectNode other(Told told) {
    ObjectNode message = other(told.data());
    told.name()
        .filter(name -> !name.equals(EVERY.value()))
        .ifPresent(name -> message.put("name", name));
    return message;
  }

  /** A key that no message before has. */
  private static String key(Map<String, Integer> counts, String key, Told told) {
    String full = told.word().equals("batch") ? key + "-batch" : key;
    int count = counts.merge(full, 1, Integer::sum);
    return count == 1 ? full : full + "-" + count;
  }

  private ObjectNode channel(String key, String title, String address) {
    return channels.putObject(key).put("title", title).put("address", address);
  }

  /** Who asks fills a variable in and does not send its name, so the document may call it else. */
  private static void parameters(ObjectNode channel, ProfileConfig profile) {
    Set<String> names = new HashSet<>(profile.path().variables());
    for (Taken variable : profile.takenOfPath()) {
      String name = Json.isPlainName(variable.name()) ? variable.name() : another(names);
      String address = channel.get("address").stringValue();
      channel.put("address", address.replace("{" + variable.name() + "}", "{" + name + "}"));
      channel
          .withObject("/parameters")
          .putObject(name)
          .put("description", StreamParameters.words(variable));
    }
  }

  private static String another(Set<String> names) {
    int i = 1;
    while (!names.add("variable-" + i)) {
      i++;
    }
    return "variable-" + i;
  }

  private static ObjectNode query(List<Taken> parameters) {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = JSON.arrayNode();
    for (Taken taken : parameters) {
      if (Json.isPlainName(taken.name())) {
        properties
            .putObject(taken.name())
            .put("type", "string")
            .put("description", StreamParameters.words(taken));
      }
      if (taken.required()) {
        required.add(taken.name());
      }
    }
    return required.isEmpty() ? schema : schema.set("required", required);
  }

  /** Adds the operation of a channel; its HTTP binding is returned. */
  private ObjectNode operation(String key, String summary, SecuritySchemes.Accepted accepted) {
    ObjectNode operation = operations.putObject(key);
    operation.put("action", "send").put("summary", summary);
    operation.putObject("channel").put("$ref", "#/channels/" + key);
    if (!accepted.references().isEmpty()) {
      operation.set("security", accepted.references());
    }
    return operation
        .putObject("bindings")
        .putObject("http")
        .put("method", "GET")
        .put("bindingVersion", "0.3.0");
  }
}
