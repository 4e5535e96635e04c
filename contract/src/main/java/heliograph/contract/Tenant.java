package heliograph.contract;

import java.util.regex.Pattern;

/**
 * The customer or department that an event and a subscriber belong to. Tenants are compared
 * exactly, never by prefix.
 */
public record Tenant(String name) {
  private static final Pattern SYNTAX = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  public Tenant {
    if (!SYNTAX.matcher(name).matches()) {
      throw RelayException.invalid("tenant", "tenant: 1 to 64 characters of A-Z a-z 0-9 . _ -");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
