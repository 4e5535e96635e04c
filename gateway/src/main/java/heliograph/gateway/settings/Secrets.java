package heliograph.gateway.settings;

import java.util.List;

/**
 * Secrets as the operator wrote them. Two are equal if their texts are, and {@code toString} never
 * contains the texts. Any thread.
 *
 * @param texts the secrets; may be empty
 */
public record Secrets(List<String> texts) {
  /** No secret at all. */
  public static final Secrets NONE = new Secrets(List.of());

  /** Copies the texts. */
  public Secrets {
    texts = List.copyOf(texts);
  }

  /**
   * Reads one text or a list of texts.
   *
   * @param key the name of the key in the node; it may be left out
   */
  public static Secrets read(Settings node, String key) {
    return new Secrets(node.texts(key, List.of()));
  }

  /** Whether there is no secret. */
  public boolean isEmpty() {
    return texts.isEmpty();
  }

  /** Says how many secrets there are. */
  @Override
  public String toString() {
    return texts.size() + " secrets";
  }
}
