package heliograph.gateway;

import heliograph.contract.Attribute;
import heliograph.contract.ErrorCode;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a third party's request becomes an event: a template for each member, and a pointer to what
 * becomes the data. Any thread.
 */
final class Mapping {
  private static final String TENANT = "tenant";
  private static final String TIME = "time";

  // Left out when it turns out empty. Not so an audience: without one an event is for everybody.
  private static final Set<String> OPTIONAL = Set.of("subject", TIME, "partitionkey");

  private final Map<String, Template> templates;
  private final String data;
  private final Pointers pointers;

  /**
   * @param templates of members by name, in the order in which they are filled in
   * @param data JSON pointer to the data; empty for the whole body
   * @throws IllegalArgumentException if it is none
   */
  Mapping(Map<String, Template> templates, String data) {
    this.templates = Collections.unmodifiableMap(new LinkedHashMap<>(templates));
    this.data = data;
    List<String> all = new ArrayList<>(List.of(data));
    this.templates.values().forEach(template -> all.addAll(template.pointers()));
    this.pointers = Pointers.of(all);
  }

  /** Whether it has a template for the member. */
  boolean fills(String member) {
    return templates.containsKey(member);
  }

  /**
   * The members of the event that a request is.
   *
   * @throws RelayException INVALID_JSON; INVALID_EVENT naming the place that has no value;
   *     NOT_FOUND if the path names a tenant that nobody asks for
   */
  Members members(byte[] body, Template.Request request) {
    Template tenant = templates.get(TENANT);
    if (request.tenant().isPresent() && tenant != null && !tenant.takesPath()) {
      throw new RelayException(ErrorCode.NOT_FOUND, "this publisher's path has no tenant in it");
    }
    Pointers.Found found = pointers.read(body);
    Members members = Members.none();
    templates.forEach(
        (name, template) -> {
          String text = template.fill(found, request);
          if (!text.isEmpty() || !OPTIONAL.contains(name)) {
            members.put(name, new Attribute.Text(name.equals(TIME) ? time(text) : text));
          }
        });
    if (tenant == null) {
      request.tenant().ifPresent(name -> members.put(TENANT, new Attribute.Text(name)));
    }
    if (!found.has(data)) {
      throw RelayException.invalidAt(data, "data: nothing at " + data);
    }
    members.put(Payload.json(body, found.from(data), found.to(data)));
    return members;
  }

  /** Third parties that give no RFC 3339 give seconds of Unix time. */
  private static String time(String text) {
    return Scheme.SECONDS.matcher(text).matches()
        ? Instant.ofEpochSecond(Long.parseLong(text)).toString()
        : text;
  }
}
