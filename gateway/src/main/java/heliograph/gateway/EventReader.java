package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import io.helidon.http.Headers;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Turns a body into events. Any thread. */
final class EventReader {
  private final EventRules rules;
  private final int maxBatch;

  /**
   * @param maxBatch the most events of one body
   */
  EventReader(EventRules rules, int maxBatch) {
    this.rules = rules;
    this.maxBatch = maxBatch;
  }

  /**
   * Who sent a body, and what its events have when they do not say.
   *
   * @param delivery the id of the delivery; empty if it has none
   */
  record Sender(Publisher publisher, String delivery) {}

  /** What an event of a batch turned out to be. */
  sealed interface Reading {
    record Fit(Event event) implements Reading {}

    record Unfit(RelayException why) implements Reading {}
  }

  /**
   * What a body held.
   *
   * @param batch whether it was an array, so that the answer is one too
   */
  record Contents(boolean batch, List<Reading> readings) {
    /** The events that keep the rules. */
    List<Event> fit() {
      List<Event> fit = new ArrayList<>();
      for (Reading reading : readings) {
        if (reading instanceof Reading.Fit(Event event)) {
          fit.add(event);
        }
      }
      return fit;
    }
  }

  /**
   * Reads a body. The whole text is parsed before any rule is applied, so that what is not JSON is
   * refused as that.
   *
   * @throws RelayException if it is not of its form; for a single event also if that is unfit
   */
  Contents read(BodyForm form, byte[] body, Headers headers, Sender sender) {
    if (form == BodyForm.BINARY) {
      return single(rules.binary(body, headers, sender));
    }
    if (form == BodyForm.BATCH || (form == BodyForm.PLAIN && startsArray(body))) {
      int most = Math.min(maxBatch, sender.publisher().bounds().batchEvents());
      return batch(Json.read(body, parser -> elements(parser, body, most)), form, sender);
    }
    Members members = Json.read(body, parser -> Members.read(parser, body));
    return single(rules.event(members, form, sender));
  }

  /**
   * Makes an event of a third party's body.
   *
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE if it is not JSON; what the mapping and the rules
   *     of events refuse
   */
  Contents mapped(Mapping mapping, byte[] body, Template.Request request, Publisher publisher) {
    BodyForm.checkJson(request.headers());
    Members members = mapping.members(body, request);
    return single(rules.event(members, BodyForm.PLAIN, new Sender(publisher, request.delivery())));
  }

  private static boolean startsArray(byte[] body) {
    int at = 0;
    while (at < body.length && Character.isWhitespace(body[at])) {
      at++;
    }
    return at < body.length && body[at] == '[';
  }

  private static List<Members> elements(JsonParser parser, byte[] body, int most) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new RelayException(ErrorCode.INVALID_EVENT, "a batch is a JSON array");
    }
    List<Members> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (elements.size() == most) {
        throw new RelayException(ErrorCode.TOO_LARGE, "over " + most + " events in a batch");
      }
      elements.add(Members.read(parser, body));
    }
    return elements;
  }

  private static Contents single(Event event) {
    return new Contents(false, List.of(new Reading.Fit(event)));
  }

  private Contents batch(List<Members> elements, BodyForm form, Sender sender) {
    List<Reading> readings = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      Sender own = new Sender(sender.publisher(), deliveryAt(sender.delivery(), i));
      try {
        readings.add(new Reading.Fit(rules.event(elements.get(i), form, own)));
      } catch (RelayException why) {
        readings.add(new Reading.Unfit(why.at(i)));
      }
    }
    return new Contents(true, readings);
  }

  // A repeated delivery brings the same events at the same places.
  private static String deliveryAt(String delivery, int index) {
    return delivery.isEmpty() ? "" : delivery + "." + index;
  }
}
