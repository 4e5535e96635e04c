package heliograph.gateway.telemetry;

import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.relay.Trace;
import java.util.List;

/** The trace of a request that nobody follows. Any thread. */
final class UntracedPublish implements PublishTrace {
  @Override
  public void verifies() {}

  @Override
  public void proven(String publisher) {}

  @Override
  public void validates(int bytes) {}

  @Override
  public void validated() {}

  @Override
  public List<Trace> follow(List<Event> events) {
    return List.of();
  }

  @Override
  public void stored() {}

  @Override
  public void answered(int status) {}

  @Override
  public void refused(RelayException why) {}

  @Override
  public void telling(Runnable lines) {
    lines.run();
  }
}
