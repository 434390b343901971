package cfs.host.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** One section of a TOML file: typed access, and a refusal of every key that nobody asked for. */
final class TomlTable {
  private final TomlSource source;
  private final String name;
  private final JsonNode node;
  private final Set<String> known = new HashSet<>();

  TomlTable(TomlSource source, String name, JsonNode node) {
    this.source = source;
    this.name = name;
    this.node = node;
  }

  String text(String key) {
    JsonNode value = required(key);
    if (!value.isString() || value.stringValue().isBlank()) {
      throw wrong(key, "a text in quotes");
    }
    return value.stringValue();
  }

  /** A text that {@code parser} understands; its IllegalArgumentException becomes the message. */
  <T> T parsed(String key, Function<String, T> parser) {
    String text = text(key);
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException mistake) {
      throw source.mistake(name + "." + key, "\"" + key + "\": " + mistake.getMessage());
    }
  }

  <T> T parsed(String key, Function<String, T> parser, T otherwise) {
    return has(key) ? parsed(key, parser) : otherwise;
  }

  int integer(String key, int min, int max) {
    JsonNode value = required(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min
        || value.intValue() > max) {
      throw wrong(key, "a whole number from " + min + " to " + max);
    }
    return value.intValue();
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = required(key);
    if (!value.isBoolean()) {
      throw wrong(key, "true or false");
    }
    return value.booleanValue();
  }

  UUID uuid(String key) {
    return parsed(key, text -> {
      if (text.length() != 36) {
        throw new IllegalArgumentException("\"" + text + "\" is not a UUID");
      }
      return UUID.fromString(text);
    });
  }

  /** Relative paths count from the configuration file's directory, so that the directory can be moved. */
  Path path(String key) {
    return resolve(text(key));
  }

  Path path(String key, String otherwise) {
    return has(key) ? path(key) : resolve(otherwise);
  }

  List<Path> paths(String key) {
    JsonNode value = required(key);
    List<Path> paths = new ArrayList<>();
    for (JsonNode element : value) {
      if (!element.isString() || element.stringValue().isBlank()) {
        throw wrong(key, "a list of paths in quotes");
      }
      paths.add(resolve(element.stringValue()));
    }
    if (!value.isArray() || paths.isEmpty()) {
      throw wrong(key, "a list of paths in quotes");
    }
    return paths;
  }

  /** Called after the last access: what is left over is a mistake, most likely of spelling. */
  void finish() {
    for (String key : node.propertyNames()) {
      if (!known.contains(key)) {
        throw source.mistake(name + "." + key,
            "unknown key \"" + key + "\" in [" + name + "]; known keys are "
                + known.stream().sorted().toList());
      }
    }
  }

  private boolean has(String key) {
    known.add(key);
    return node.has(key);
  }

  private JsonNode required(String key) {
    if (!has(key)) {
      throw source.mistake(name, "the key \"" + key + "\" is missing in [" + name + "]");
    }
    return node.path(key);
  }

  private RuntimeException wrong(String key, String expected) {
    return source.mistake(name + "." + key, "\"" + key + "\" must be " + expected);
  }

  private Path resolve(String text) {
    Path directory = source.file().toAbsolutePath().normalize().getParent();
    return directory == null ? Path.of(text) : directory.resolve(text).normalize();
  }
}
