package heliograph.strangers;

import org.jspecify.annotations.Nullable;

/** What a client hands events to. Any thread. */
record Application(int stream) {
  /** One event, as the client shows it: what it leaves out is null. */
  void event(@Nullable String type, @Nullable String data, @Nullable String id) {
    print("\"event\":%s,\"data\":%s,\"id\":%s".formatted(json(type), json(data), json(id)));
  }

  /** The client, or the loop around it, does not come back. */
  void gone(String why) {
    print("\"gone\":" + json(why));
  }

  private void print(String members) {
    synchronized (System.out) {
      System.out.println("{\"stream\":" + stream + "," + members + "}");
      System.out.flush();
    }
  }

  private static String json(@Nullable String text) {
    if (text == null) return "null";
    var json = new StringBuilder("\"");
    // In ASCII, so that it does not matter how the platform encodes.
    for (int at = 0; at < text.length(); at++) {
      char each = text.charAt(at);
      if (each < ' ' || each > '~' || each == '"' || each == '\\') {
        json.append("\\u%04x".formatted((int) each));
      } else {
        json.append(each);
      }
    }
    return json.append('"').toString();
  }
}
