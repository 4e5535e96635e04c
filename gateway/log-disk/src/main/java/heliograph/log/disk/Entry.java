package heliograph.log.disk;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.relay.Published;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The record of an event in the store. It has a head of fixed size, which says when the event was
 * stored and how many bytes the tenant has stored up to it, and then the parts of the event in
 * order. The tenant is in the key.
 *
 * @param at when the event was stored, in milliseconds of the epoch; never less than the one before
 * @param total the bytes of all events of the tenant up to this one, including those long gone
 */
record Entry(long at, long total, Published published) {
  /** The first byte of every record, by which a later form can be told apart. */
  private static final byte VERSION = 2;

  /**
   * The version of records without their publisher, which are read for as long as there are any.
   */
  private static final byte NAMELESS = 1;

  /** Stands for the publisher that a record does not name. No publisher has this name. */
  private static final String UNKNOWN = "";

  // These are written into records, so they must never be changed.
  private static final int TEXT = 0;
  private static final int WHOLE = 1;
  private static final int TRUTH = 2;
  private static final int ABSENT_DATA = 0;
  private static final int JSON_DATA = 1;
  private static final int TEXT_DATA = 2;
  private static final int BINARY_DATA = 3;

  /** The head of a record, which can be read without the rest. */
  record Head(long at, long total, long size) {
    static Head read(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      version(in);
      return new Head(in.getLong(), in.getLong(), in.getLong());
    }

    /** The bytes of all events before this one. */
    long before() {
      return total - size;
    }
  }

  byte[] bytes() {
    Event event = published.event();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 + event.payload().length());
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeLong(at);
      out.writeLong(total);
      out.writeLong(event.size());
      write(out, published.publisher());
      write(out, event.id());
      write(out, event.source());
      write(out, event.type());
      write(out, event.topic().value());
      write(out, event.audience());
      write(out, event.attributes());
      out.writeByte(
          switch (event.payload().form()) {
            case ABSENT -> ABSENT_DATA;
            case JSON -> JSON_DATA;
            case TEXT -> TEXT_DATA;
            case BINARY -> BINARY_DATA;
          });
      out.writeInt(event.payload().length());
      out.write(event.payload().bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static Entry read(byte[] bytes, Tenant tenant) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte version = version(in);
    long at = in.getLong();
    long total = in.getLong();
    in.getLong(); // This is the size, which the event counts itself.
    String publisher = version == NAMELESS ? UNKNOWN : text(in);
    Event event =
        new Event(
            text(in),
            text(in),
            text(in),
            tenant,
            new Topic(text(in)),
            audience(in),
            attributes(in),
            payload(in));
    return new Entry(at, total, new Published(publisher, event));
  }

  private static byte version(ByteBuffer in) {
    byte version = in.get();
    if (version != VERSION && version != NAMELESS) {
      throw new IllegalStateException("a record of version " + version + ", not " + VERSION);
    }
    return version;
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void write(DataOutputStream out, Audience audience) throws IOException {
    switch (audience) {
      case Audience.Everyone() -> out.writeBoolean(false);
      case Audience.Members(Set<String> roles, Set<String> users) -> {
        out.writeBoolean(true);
        write(out, roles);
        write(out, users);
      }
    }
  }

  private static Audience audience(ByteBuffer in) {
    return in.get() == 0 ? new Audience.Everyone() : new Audience.Members(names(in), names(in));
  }

  private static void write(DataOutputStream out, Set<String> names) throws IOException {
    out.writeInt(names.size());
    for (String name : names) {
      write(out, name);
    }
  }

  private static Set<String> names(ByteBuffer in) {
    Set<String> names = new LinkedHashSet<>();
    int count = in.getInt();
    for (int i = 0; i < count; i++) {
      names.add(text(in));
    }
    return names;
  }

  private static void write(DataOutputStream out, Attributes attributes) throws IOException {
    out.writeInt(attributes.values().size());
    for (var entry : attributes.values().entrySet()) {
      write(out, entry.getKey());
      switch (entry.getValue()) {
        case Attribute.Text(String value) -> {
          out.writeByte(TEXT);
          write(out, value);
        }
        case Attribute.Whole(int value) -> {
          out.writeByte(WHOLE);
          out.writeInt(value);
        }
        case Attribute.Truth(boolean value) -> {
          out.writeByte(TRUTH);
          out.writeBoolean(value);
        }
      }
    }
  }

  private static Attributes attributes(ByteBuffer in) {
    Map<String, Attribute> values = new LinkedHashMap<>();
    int count = in.getInt();
    for (int i = 0; i < count; i++) {
      values.put(
          text(in),
          switch (in.get()) {
            case TEXT -> new Attribute.Text(text(in));
            case WHOLE -> new Attribute.Whole(in.getInt());
            case TRUTH -> new Attribute.Truth(in.get() != 0);
            default -> throw new IllegalStateException("an attribute of an unknown kind");
          });
    }
    return new Attributes(values);
  }

  private static Payload payload(ByteBuffer in) {
    int form = in.get();
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return switch (form) {
      case ABSENT_DATA -> Payload.ABSENT;
      case JSON_DATA -> Payload.json(bytes, 0, bytes.length);
      case TEXT_DATA -> Payload.text(new String(bytes, StandardCharsets.UTF_8));
      case BINARY_DATA -> Payload.binary(bytes);
      default -> throw new IllegalStateException("data of an unknown form");
    };
  }
}
