"""Times both linters on the documents of generate.py and prints what came of it.

Like is compared with like: the library with parliament's function, both in a process that runs
already, and the command with parliament's command, each started once for the same number of files
and writing what it found as JSON.
"""

import json
import pathlib
import resource
import shutil
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


def least(count, *arguments):
    """Runs a program several times; returns its last output and its least CPU seconds."""
    runs = [run(*arguments) for _ in range(count)]
    return runs[-1][0], min(used for _, used in runs)


def first(paths, name):
    """A folder of nothing but these documents."""
    chosen = folder / name
    shutil.rmtree(chosen, ignore_errors=True)
    chosen.mkdir()
    for path in paths:
        shutil.copy(path, chosen)
    return str(chosen)


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
print("documents: %d of RAM, %.0f bytes each; %d of AWS, %.0f bytes each"
      % (len(ram), bytes_each[0], len(aws), bytes_each[1]))

# The command, its start, its reading of files and its report included.
lint = ("lint", "--isolated", "--output", "json")
output, ours = least(ROUNDS, command, *lint, str(folder / "ram"))
report = json.loads(output)
unknown = {pathlib.Path(f["path"]).name for f in report["findings"] if f["code"] == "RAM304"}
assert unknown == planted(path.name for path in ram), "ramguard missed what was planted"
# Every program so far was this command.
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print("ramguard lint, %d documents: %.3f s of CPU, %.0f us each, %.0f MB at most"
      % (len(ram), ours, ours / len(ram) * 1e6, memory))

# By CPU as parliament is, not by the clock: other programs run too. The reading of files is in it.
output, used = least(3, library, str(folder / "ram"))
inside = used * 1e6 / int(output.split()[2])
print("ramguard-lint in a process: %.1f us of CPU a document" % inside)

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

count = min(few, len(aws) // 4, len(ram))
# The least of three sets: a document it has seen before would cost it less.
theirs = min(parliament_side(aws[at * count:(at + 1) * count], aws[-20:]) for at in range(3))
each = theirs / count
print("parliament in a process, %d documents: %.3f s of CPU, %.0f us each"
      % (count, theirs, each * 1e6))

# Both commands, start included, on as many documents.
output, ours_few = least(ROUNDS, command, *lint, first(ram[:count], "few-ram"))
findings = len(json.loads(output)["findings"])
script = str(pathlib.Path(sys.executable).with_name("parliament"))
few_aws = first(aws[:count], "few-aws")
output, theirs_few = least(3, sys.executable, script, "--json", "--directory", few_aws)
print("%d documents by command: ramguard %.3f s of CPU and %d findings, parliament %.3f s and %d"
      % (count, ours_few, findings, theirs_few, len(output.splitlines())))
print("library / library: parliament takes %.0f times as long" % (each * 1e6 / inside))
print("command / command: parliament takes %.0f times as long" % (theirs_few / ours_few))
