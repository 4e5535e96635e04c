package heliograph.gateway.filter;

import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import dev.cel.common.values.SelectableValue;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object of an event's data. A plain map would do, but CEL looks through the whole of a map,
 * with all that is in it, whenever an expression names it, to find what has to be converted; it
 * takes a value of its own kind as it is. Immutable.
 */
final class DataObject extends CelValue implements SelectableValue<Object>, Map<Object, Object> {
  private static final CelType TYPE = MapType.create(SimpleType.STRING, SimpleType.DYN);

  // A copy, and so are the values in it that could be changed.
  @SuppressWarnings("Immutable")
  private final Map<String, Object> members;

  DataObject(Map<String, Object> members) {
    this.members = Map.copyOf(members);
  }

  @Override
  public Object select(Object name) {
    Object value = members.get(name);
    if (value == null) {
      throw CelAttributeNotFoundException.forMissingMapKey(name.toString());
    }
    return value;
  }

  @Override
  public Optional<Object> find(Object name) {
    return Optional.ofNullable(members.get(name));
  }

  @Override
  public Object value() {
    return this;
  }

  @Override
  public boolean isZeroValue() {
    return members.isEmpty();
  }

  @Override
  public CelType celType() {
    return TYPE;
  }

  @Override
  public int size() {
    return members.size();
  }

  @Override
  public boolean isEmpty() {
    return members.isEmpty();
  }

  @Override
  public boolean containsKey(Object name) {
    return members.containsKey(name);
  }

  @Override
  public boolean containsValue(Object value) {
    return members.containsValue(value);
  }

  @Override
  public @Nullable Object get(Object name) {
    return members.get(name);
  }

  @Override
  public Set<Object> keySet() {
    return Set.copyOf(members.keySet());
  }

  @Override
  public Collection<Object> values() {
    return members.values();
  }

  @Override
  @SuppressWarnings({"unchecked", "rawtypes"}) // Nothing can be put into these entries.
  public Set<Entry<Object, Object>> entrySet() {
    return (Set) members.entrySet();
  }

  @Override
  public Object put(Object name, Object value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Object remove(Object name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void putAll(Map<?, ?> more) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void clear() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this || members.equals(other);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }

  @Override
  public String toString() {
    return "object";
  }
}
