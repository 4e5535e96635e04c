package heliograph.strangers;

/**
 * Opens streams with one of the clients and prints what it hands over, a JSON object a line: {@code
 * java … Strangers CLIENT URL…}. It ends when it is told to.
 */
public final class Strangers {
  private Strangers() {}

  public static void main(String[] arguments) throws InterruptedException {
    for (int stream = 1; stream < arguments.length; stream++) {
      var application = new Application(stream - 1);
      String url = arguments[stream];
      switch (arguments[0]) {
        case "okhttp-sse" -> new OkHttpLoop(url, application).open();
        case "okhttp-eventsource" -> LaunchDarkly.open(url, application);
        case "webclient" -> SpringLoop.open(url, application);
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    }
    Thread.currentThread().join();
  }
}
