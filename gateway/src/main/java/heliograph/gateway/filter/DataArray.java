package heliograph.gateway.filter;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * An array of an event's data, which CEL takes as it is, for the reason that {@link DataObject}
 * tells. Immutable.
 */
final class DataArray extends CelValue implements List<Object>, RandomAccess {
  private static final CelType TYPE = ListType.create(SimpleType.DYN);

  // A copy, and so are the values in it that could be changed.
  @SuppressWarnings("Immutable")
  private final List<Object> items;

  DataArray(List<Object> items) {
    this.items = List.copyOf(items);
  }

  @Override
  public Object value() {
    return this;
  }

  @Override
  public boolean isZeroValue() {
    return items.isEmpty();
  }

  @Override
  public CelType celType() {
    return TYPE;
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public boolean isEmpty() {
    return items.isEmpty();
  }

  @Override
  public boolean contains(@Nullable Object item) {
    return item != null && items.contains(item);
  }

  @Override
  public boolean containsAll(Collection<?> all) {
    return items.containsAll(all);
  }

  @Override
  public Object get(int index) {
    return items.get(index);
  }

  @Override
  public int indexOf(@Nullable Object item) {
    return item == null ? -1 : items.indexOf(item);
  }

  @Override
  public int lastIndexOf(@Nullable Object item) {
    return item == null ? -1 : items.lastIndexOf(item);
  }

  @Override
  public Iterator<Object> iterator() {
    return items.iterator();
  }

  @Override
  public ListIterator<Object> listIterator() {
    return items.listIterator();
  }

  @Override
  public ListIterator<Object> listIterator(int index) {
    return items.listIterator(index);
  }

  @Override
  public List<Object> subList(int from, int to) {
    return items.subList(from, to);
  }

  @Override
  public Object[] toArray() {
    return items.toArray();
  }

  @Override
  public <T> T[] toArray(T[] into) {
    return items.toArray(into);
  }

  @Override
  public boolean add(Object item) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void add(int index, Object item) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean addAll(Collection<?> more) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean addAll(int index, Collection<?> more) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Object set(int index, Object item) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean remove(@Nullable Object item) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Object remove(int index) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean removeAll(Collection<?> some) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean retainAll(Collection<?> some) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void clear() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this || items.equals(other);
  }

  @Override
  public int hashCode() {
    return items.hashCode();
  }

  @Override
  public String toString() {
    return "array";
  }
}
