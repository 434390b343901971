package cfs.fsck;

/** Writes docs/FSCK.md from the finding codes. */
final class FsckPage {
  static final String COMMAND = "mvn -o -q -pl cfs-core -am test -Dtest=FsckPageTest -Dcfs.regenerate=true";

  private FsckPage() {}

  static String render() {
    StringBuilder page = new StringBuilder("""
        # Checking a volume

        Generated from package `cfs.fsck`; `%s` writes it anew.

        fsck checks a volume that no host has mounted. It looks at everything, repairs what the level allows, and starts over
        until a pass finds nothing it may repair. It can be interrupted and run again at any time.

        | level | option | changes |
        |---|---|---|
        | NONE | -n | nothing; journals are replayed in memory, so the volume is judged as a mount would see it |
        | PREEN | -p | what loses nothing and needs no judgement |
        | YES | -y | everything it can repair, even where content that cannot be trusted is dropped |

        | exit code | meaning |
        |---:|---|
        | %d | no errors |
        | %d | errors, all repaired |
        | %d | errors are left |
        | %d | the check could not be completed |

        Blocks that nothing uses are only freed when everything that refers to blocks could be read. An inode without a name
        gets one in /lost+found: `#` and its number.

        ## Findings

        The names are stable. Notes are states that a power cut may leave and that harm nothing; they do not count as errors.

        | finding | kind | repaired by | meaning |
        |---|---|---|---|
        """.formatted(COMMAND, FsckReport.CLEAN, FsckReport.REPAIRED, FsckReport.ERRORS_LEFT,
        FsckReport.OPERATIONAL_ERROR));
    for (FindingCode code : FindingCode.values()) {
      String level = code.repairedAt(RepairLevel.PREEN) ? "-p, -y"
          : code.repairedAt(RepairLevel.YES) ? "-y" : "nothing";
      page.append("| ").append(code).append(" | ").append(code.isError() ? "error" : "note").append(" | ")
          .append(level)
          .append(" | ").append(code.sentence()).append(" |\n");
    }
    return page.toString();
  }
}
