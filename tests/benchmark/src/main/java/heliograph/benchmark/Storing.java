package heliograph.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** What a large log costs: reading it, starting with it, its memory and its place on the disk. */
final class Storing implements Part {
  private static final int STORED = 1_000_000;
  private static final int MANY = 100;
  private static final int MANY_EVENTS = 20_000;
  private static final int PAGE = 64;
  private static final double MIB = 1024 * 1024;

  private final Settings settings;
  private final Issuer issuer;

  Storing(Settings settings, Issuer issuer) {
    this.settings = settings;
    this.issuer = issuer;
  }

  @Override
  public String title() {
    return "Storing";
  }

  @Override
  public String how() {
    return """
    - **Replay**: 1 million events of 4 tenants; a subscriber asks for `since=2000-01-01T00:00:00Z`, or 100 subscribers of
      one tenant for its last 20,000. The files were in the kernel's memory, and those 20,000 fit into the memory in which
      subscribers share what they read. The tokens are verified.
    - **Start**: from the start of the process to the first 200 of `/observe/health/ready`, the issuer's keys fetched,
      with what `deploy/start-cache` made. Once with the files in the kernel's memory, once after it was told to forget them.
    - **Memory**: `VmRSS` after the start and the replay of a page of 64 events, against an empty log after the start and a
      subscriber that came and went.
    - **Disk**: all files of the log after many starts and stops; of events with mostly random letters, and with what is
      kept to know duplicates.
    """;
  }

  @Override
  public void measure(Figures figures)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path full = settings.work().resolve("full");
    Path empty = settings.work().resolve("empty");
    Filling.delete(full);
    Filling.delete(empty);
    Benchmark.say("storing " + STORED + " events");
    long bytes = Filling.fill(full, STORED);
    replay(figures, full);
    Relay.start(settings, issuer, empty).close();
    for (int i = 0; i < settings.span().rounds(); i++) {
      Benchmark.say("starting, round " + (i + 1));
      double with = start(figures, full, "with 1 million events", PAGE);
      double without = start(figures, empty, "with an empty log", 0);
      figures.add("memory, the difference, MiB", with - without);
      Filling.uncache(full);
      try (Relay relay = Relay.start(settings, issuer, full)) {
        figures.add(
            "start with 1 million events, its files not in memory, s", relay.readySeconds());
      }
    }
    figures.target("start with 1 million events, s", "under 3", seconds -> seconds < 3);
    figures.target("memory, the difference, MiB", "under 64", mib -> mib < 64);
    double each = (double) Filling.size(full) / STORED;
    figures.add("size of an event as the log counts it, bytes", (double) bytes / STORED);
    figures.add("disk for each event, bytes", each);
    figures.add("disk / size", each * STORED / bytes);
    figures.add("disk in all, MiB", Filling.size(full) / MIB);
    Filling.delete(full);
    Filling.delete(empty);
  }

  private void replay(Figures figures, Path full) throws IOException, GeneralSecurityException {
    try (Relay relay = Relay.start(settings, issuer, full)) {
      Replay replay = new Replay(relay.port(), issuer);
      int events = STORED / Events.TENANTS;
      replay.all(Events.tenant(0), events);
      for (int round = 0; round < settings.span().rounds(); round++) {
        Benchmark.say("replaying, round " + (round + 1));
        figures.add("replay of 250,000 by 1, events/s", replay.all(Events.tenant(round), events));
        figures.add(
            "replay of 20,000 by 100 at once, events/s over all",
            replay.last(Events.tenant(round), MANY, MANY_EVENTS));
      }
    }
  }

  /** Starts the relay, replays a page, and returns its resident memory. */
  private double start(Figures figures, Path data, String what, int events)
      throws IOException, GeneralSecurityException {
    try (Relay relay = Relay.start(settings, issuer, data)) {
      figures.add("start " + what + ", s", relay.readySeconds());
      new Replay(relay.port(), issuer).page(Events.tenant(0), events);
      double resident = relay.residentMib();
      figures.add("memory " + what + ", MiB", resident);
      return resident;
    }
  }
}
