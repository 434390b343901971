package cfs.host.config;

import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/** A parsed TOML file together with the line of every key, which the parser does not keep. */
final class TomlSource {
  private static final long FILE_BYTES_MAX = 1 << 20;

  private final Path file;
  private final JsonNode root;
  private final Map<String, Integer> lines;

  private TomlSource(Path file, JsonNode root, Map<String, Integer> lines) {
    this.file = file;
    this.root = root;
    this.lines = lines;
  }

  static TomlSource read(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new Problem(ProblemCode.CONFIG_INVALID,
            file + " is larger than 1 MiB, so it is no configuration",
            "name the right file with --config");
      }
      String text = Files.readString(file);
      return new TomlSource(file, new TomlMapper().readTree(text), linesOf(text));
    } catch (IOException unreadable) {
      throw new Problem(ProblemCode.CONFIG_MISSING, "The configuration " + file + " cannot be read ("
          + unreadable.getClass().getSimpleName() + ")", "name the right file with --config", unreadable);
    } catch (JacksonException syntax) {
      int line = syntax.getLocation() == null ? 1 : Math.max(1, syntax.getLocation().getLineNr());
      throw mistake(file, line, "is not valid TOML: " + syntax.getOriginalMessage(), syntax);
    }
  }

  /** The table [name]; refuses the file when it is missing. */
  TomlTable table(String name) {
    JsonNode node = root.path(name);
    if (!node.isObject()) {
      throw mistake(file, lines.getOrDefault(name, 1), "the section [" + name + "] is missing", null);
    }
    return new TomlTable(this, name, node);
  }

  /** Refuses sections other than these. */
  void allowTables(List<String> names) {
    for (String found : root.propertyNames()) {
      if (!names.contains(found)) {
        throw mistake(found, "unknown section or key \"" + found + "\"; known sections are " + names);
      }
    }
  }

  Path file() {
    return file;
  }

  /** The refusal for the line of {@code key}, which is "table" or "table.key". */
  Problem mistake(String key, String what) {
    return mistake(file, lines.getOrDefault(key, 1), what, null);
  }

  private static Problem mistake(Path file, int line, String what, @Nullable JacksonException cause) {
    return new Problem(ProblemCode.CONFIG_INVALID, file + ":" + line + ": " + what,
        "edit " + file + " line " + line,
        cause);
  }

  private static Map<String, Integer> linesOf(String text) {
    Map<String, Integer> lines = new HashMap<>();
    List<String> all = new ArrayList<>(text.lines().toList());
    String table = "";
    for (int i = 0; i < all.size(); i++) {
      String line = all.get(i).strip();
      if (line.startsWith("[")) {
        table = line.replaceAll("[\\[\\]\\s]", "").replaceAll("#.*", "");
        lines.putIfAbsent(table, i + 1);
      } else if (!line.startsWith("#") && line.indexOf('=') > 0) {
        String key = line.substring(0, line.indexOf('=')).strip().replace("\"", "");
        lines.putIfAbsent(table.isEmpty() ? key : table + "." + key, i + 1);
      }
    }
    return lines;
  }
}
