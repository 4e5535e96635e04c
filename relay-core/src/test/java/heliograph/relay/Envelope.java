package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.Event;
import heliograph.contract.Frame;
import heliograph.contract.Gap;
import heliograph.contract.StandardDialect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A dialect of somebody's own: the type of each event in an envelope, all else as the contract. */
record Envelope(String member) implements Dialect {
  private static final Dialect CONTRACT = StandardDialect.PLAIN;

  @Override
  public Frame event(Cursor cursor, Event event) {
    return Frame.builder()
        .id(cursor.toString())
        .data("{\"" + member + "\":\"" + event.type() + "\"}")
        .build();
  }

  @Override
  public List<Frame> connected(Opening opening) {
    return CONTRACT.connected(opening);
  }

  @Override
  public Frame keepalive() {
    return CONTRACT.keepalive();
  }

  @Override
  public List<Frame> heartbeat(Cursor cursor) {
    return CONTRACT.heartbeat(cursor);
  }

  @Override
  public List<Frame> position(Cursor cursor) {
    return CONTRACT.position(cursor);
  }

  @Override
  public List<Frame> gap(Gap gap) {
    return CONTRACT.gap(gap);
  }

  @Override
  public List<Frame> reauth(Instant expires) {
    return CONTRACT.reauth(expires);
  }

  @Override
  public List<Frame> shutdown(Duration reconnect) {
    return CONTRACT.shutdown(reconnect);
  }

  @Override
  public List<Frame> end(Ending ending) {
    return CONTRACT.end(ending);
  }
}
