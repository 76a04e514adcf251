"""Times both linters on the documents of generate.py and prints what came of it."""

import json
import pathlib
import resource
import subprocess
import sys
import time

folder, few, command, library = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
ROUNDS = 5


def children():
    """CPU seconds of every program that was started and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(*arguments):
    """Runs a program; returns its output and its CPU seconds."""
    before = children()
    done = subprocess.run(arguments, capture_output=True, text=True)
    return done.stdout, children() - before


def planted(names):
    """The documents that have an action no service knows."""
    return {name for name in names if int(name.split(".")[0]) % 10 == 0}


def parliament_side(paths, warm):
    """CPU seconds of parliament for all documents in one process, without its start."""
    from parliament import analyze_policy_string

    texts = [(path.name, path.read_text()) for path in paths]
    # Once, as a linter is run; what it keeps of other documents it has by then.
    for path in warm:
        analyze_policy_string(path.read_text())
    found = set()
    before = time.process_time()
    for name, text in texts:
        issues = {finding.issue for finding in analyze_policy_string(text).findings}
        if issues & {"UNKNOWN_ACTION", "UNKNOWN_PREFIX"}:
            found.add(name)
    used = time.process_time() - before
    assert found == planted(name for name, _ in texts), "parliament missed what was planted"
    return used


ram = sorted((folder / "ram").glob("*.json"))
aws = sorted((folder / "aws").glob("*.json"))
bytes_each = [sum(p.stat().st_size for p in paths) / len(paths) for paths in (ram, aws)]
print("documents: %d of RAM, %.0f bytes each; %d of AWS for parliament, %.0f bytes each"
      % (len(ram), bytes_each[0], min(few, len(aws)), bytes_each[1]))

# The command, its start, its reading of files and its report included.
lint = (command, "lint", str(folder / "ram"), "--isolated", "--output", "json")
times = []
for _ in range(ROUNDS):
    output, used = run(*lint)
    times.append(used)
report = json.loads(output)
unknown = {pathlib.Path(f["path"]).name for f in report["findings"] if f["code"] == "RAM304"}
assert unknown == planted(path.name for path in ram), "ramguard missed what was planted"
ours = min(times)
# Every program so far was this command.
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print("ramguard lint, %d documents: %.3f s of CPU, %.0f us each, %.0f MB at most"
      % (len(ram), ours, ours / len(ram) * 1e6, memory))

output, _ = run(library, str(folder / "ram"))
inside = float(output.split()[0])
print("ramguard-lint in a process: %.1f us a document" % inside)

walls = []
for _ in range(100):
    before = time.perf_counter()
    subprocess.run((command, "--version"), capture_output=True)
    walls.append(time.perf_counter() - before)
one = []
for _ in range(100):
    before = time.perf_counter()
    subprocess.run((command, "lint", str(ram[0]), "--isolated"), capture_output=True)
    one.append(time.perf_counter() - before)
print("start-up: %.1f ms for --version, %.1f ms to lint one document (least of 100)"
      % (min(walls) * 1e3, min(one) * 1e3))

theirs = parliament_side(aws[:few], aws[few:few + 20])
each = theirs / min(few, len(aws))
print("parliament in a process, %d documents: %.3f s of CPU, %.0f us each"
      % (min(few, len(aws)), theirs, each * 1e6))
print("parliament / ramguard lint: %.0f" % (each / (ours / len(ram))))
print("parliament / ramguard-lint: %.0f" % (each * 1e6 / inside))
