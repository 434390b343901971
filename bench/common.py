"""What the benchmark scripts share: a cluster of their own, tables, and the marked parts of docs/BENCHMARKS.md."""
import contextlib
import datetime
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCS = os.path.join(ROOT, "docs", "BENCHMARKS.md")


def cfs(*arguments, check=True):
    """Runs the command line of this checkout and returns what it printed."""
    done = subprocess.run([os.path.join(ROOT, "cfs"), *arguments], capture_output=True, text=True, timeout=900)
    if check and done.returncode != 0:
        sys.exit(f"bench: cfs {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def cluster(directory, lun_size):
    """A fresh cluster below `directory`, gone afterwards; yields its run directory."""
    run = os.path.join(os.path.abspath(directory), f"bench-{os.getpid()}")
    os.makedirs(run)
    try:
        print(f"bench: starting a cluster in {run}", flush=True)
        cfs("up", "--run", run, "--size", lun_size)
        yield run
    finally:
        cfs("down", "--run", run, check=False)
        if any(line.split()[4].startswith(run + "/") for line in open("/proc/self/mountinfo")):
            print(f"bench: something is still mounted below {run}, so it stays", file=sys.stderr)
        else:
            shutil.rmtree(run, ignore_errors=True)


def counters(run, host="host1"):
    """All counters of a host as {"layer.name": value}; empty when the host has none to show."""
    try:
        layers = json.loads(cfs("stats", "--json", "--run", run, check=False))["hosts"][host]
    except (ValueError, KeyError):
        return {}
    return {f"{layer}.{name}": value for layer, names in layers.items() for name, value in names.items()
            if isinstance(value, (int, float))}


def median(values):
    return statistics.median(values)


def machine():
    """One line that says what the figures were measured on."""
    java = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr.splitlines()
    for home in [os.environ.get("JAVA_HOME", ""), *sorted(
            os.path.join("/usr/lib/jvm", name) for name in (os.listdir("/usr/lib/jvm") if os.path.isdir("/usr/lib/jvm") else []))]:
        release = os.path.join(home, "release")
        if home and os.path.exists(release):
            facts = dict(line.strip().split("=", 1) for line in open(release) if "=" in line)
            if facts.get("JAVA_VERSION", "").strip('"').startswith("25"):
                java = [f"JDK {facts['JAVA_VERSION']} {facts.get('IMPLEMENTOR', '')}".replace('"', "").strip()]
                break
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
               platform.machine())
    load = os.getloadavg()[0]
    return (f"{datetime.date.today().isoformat()}, kernel {platform.release()}, {java[0] if java else 'java unknown'}, "
            f"{os.cpu_count()} x {cpu}, load average {load:.1f} at the end")


def table(header, rows):
    """A Markdown table that also reads well in a terminal."""
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    line = lambda row: "| " + " | ".join(
        str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
        for i, (cell, width) in enumerate(zip(row, widths))) + " |"
    rule = "|" + "|".join(("-" * (width + 2)) if i == 0 else ("-" * (width + 1) + ":")
                          for i, width in enumerate(widths)) + "|"
    return "\n".join([line(header), rule, *map(line, rows)])


def write_docs(marker, text):
    """Replaces what stands between the markers of this benchmark in docs/BENCHMARKS.md."""
    begin, end = f"<!-- {marker}: begin -->", f"<!-- {marker}: end -->"
    page = open(DOCS).read()
    if begin not in page or end not in page:
        sys.exit(f"bench: {DOCS} lacks the markers of {marker}")
    head, rest = page.split(begin, 1)
    _, tail = rest.split(end, 1)
    with open(DOCS, "w") as out:
        out.write(f"{head}{begin}\n\n{text}\n\n{end}{tail}")
    print(f"bench: wrote {os.path.relpath(DOCS)}")


def command():
    return shlex.join([os.path.relpath(sys.argv[0], ROOT), *sys.argv[1:]])
