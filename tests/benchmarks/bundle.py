"""Figures of bundles: `python tests/benchmarks/bundle.py --rounds 7 --express FOLDER`.

Prints what it measured and judges nothing. Each figure is the median of some rounds, taken by turns
so that a busy moment hits all alike. A start is the time from spawning the process to the first 200
on /health; beside it stands the processor time used until then, the least of all rounds, which other
work on the machine disturbs least (Linux only). The last columns are the ratios to the warm start
of one file. FOLDER holds a server.js that takes --port and --db: a peer on Express to compare with.
"""

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "runtime"), str(HERE / "builder")]

import noodl_runtime  # noqa: E402
from noodl_builder.options import BuildOptions  # noqa: E402
from noodl_builder.plan import Plan, plan  # noqa: E402
from noodl_builder.release import write_expanded_bundle  # noqa: E402
from noodl_builder.runtime_parts import installed_runtime  # noqa: E402
from noodl_builder.write import write  # noqa: E402

TODO = HERE / "examples" / "todo"
BASE = "one file, warm start"
Taken = tuple[float, float]  # seconds by the clock, seconds of processor time


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each figure")
    parser.add_argument("--express", type=Path, help="folder with a server.js to start beside ours")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        show(measure(Path(folder), options.rounds, options.express))
    return 0


def measure(work: Path, rounds: int, express: Path | None) -> dict[str, tuple[float, float, str]]:
    """Return {what: (median, processor time, unit)}."""
    bundle, expanded, package = work / "todo.pyz", work / "todo", work / "noodl_runtime"
    # A copy, so that who edits the source meanwhile does not stop the measuring.
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(noodl_runtime.__file__).parent, package, ignore=ignored)
    made = planned(package)
    size = write(made, bundle, cache=work / "kept", trial=False).size
    write_expanded_bundle(made, expanded, trial=False)
    tasks: dict[str, Callable[[], Taken]] = {
        "build, nothing kept": lambda: build(package, work / "x.pyz", None),
        "build, libraries kept": lambda: build(package, work / "x.pyz", work / "kept"),
        "one file, first start": lambda: start(bundle, work, first=True),
        BASE: lambda: start(bundle, work),
        "expanded, start": lambda: start(expanded, work),
        "one file, --version": lambda: version(bundle, work),
        "bare Python": lambda: timed([sys.executable, "-I", "-c", ""], work),
    }
    if express:
        tasks["Express, start"] = lambda: start_express(express, work)
    start(bundle, work, settle=2)  # unpacked once, and the modules of a start noted
    taken: dict[str, list[Taken]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            taken[name].append(task())
    figures = {
        name: (statistics.median(t for t, _ in rows) * 1000, min(c for _, c in rows) * 1000, "ms")
        for name, rows in taken.items()
    }
    return {**figures, "size of one file": (size / 1e6, 0, "MB")}


def planned(package: Path) -> Plan:
    """Plan the todo example with this copy of the runtime."""
    return plan(BuildOptions(folder=TODO), installed_runtime(package))


def build(package: Path, output: Path, cache: Path | None) -> Taken:
    """Build the todo example and return the seconds it took, planning included."""
    begun, used = time.perf_counter(), time.process_time()
    write(planned(package), output, cache=cache, trial=False)
    return time.perf_counter() - begun, time.process_time() - used


def start(bundle: Path, work: Path, *, first: bool = False, settle: float = 0) -> Taken:
    """Start a bundle, wait for /health, and return what that took. settle: seconds to let it run"""
    cache = work / ("first" if first else "cache")
    if first:
        shutil.rmtree(cache, ignore_errors=True)
    command = [sys.executable, "-I", "-X", "utf8", str(bundle), "--log-level", "error"]
    return asked(
        lambda port: [*command, "--port", str(port), "--data", str(work / "data")],
        work,
        {"NOODL_CACHE": str(cache)},
        settle,
    )


def start_express(folder: Path, work: Path) -> Taken:
    """Start the peer on Express and return what it took."""
    command = ["node", str(folder / "server.js"), "--db", str(work / "express.db"), "--port"]
    return asked(lambda port: [*command, str(port)], work, None, 0)


def asked(
    command: Callable[[int], list[str]], work: Path, env: dict[str, str] | None, settle: float
) -> Taken:
    """Start a server and return the time until /health answers, and what it used until then."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.perf_counter()
    process = subprocess.Popen(command(port), stdout=subprocess.DEVNULL, cwd=work, env=env)
    try:
        while not is_up(port):
            assert process.poll() is None, "it ended"
            time.sleep(0.001)
        took, used = time.perf_counter() - begun, processor_time(process.pid)
        time.sleep(settle)
    finally:
        process.terminate()
        process.wait()
    return took, used


def is_up(port: int) -> bool:
    """Say if a server answers /health with 200."""
    try:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
            return client.recv(4096).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def processor_time(pid: int) -> float:
    """Return the seconds of processor time that a process has used, 0 where it cannot be told."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9


def version(bundle: Path, work: Path) -> Taken:
    """Return the seconds `--version` takes."""
    return timed([sys.executable, "-I", "-X", "utf8", str(bundle), "--version"], work)


def timed(command: list[str], work: Path) -> Taken:
    """Return the seconds a command takes."""
    begun = time.perf_counter()
    environment = {"NOODL_CACHE": str(work / "cache")}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - begun, 0


def show(figures: dict[str, tuple[float, float, str]]) -> None:
    """Print the table."""
    base, used = figures[BASE][:2]
    for name, (value, processor, unit) in figures.items():
        text = f"{name:<24} {value:9.1f} {unit}"
        if unit == "ms":
            text += f"  {value / base:6.2f}"
        if processor:
            text += f"   processor {processor:7.1f} ms  {processor / (used or 1):6.2f}"
        print(text)


if __name__ == "__main__":
    sys.exit(main())
