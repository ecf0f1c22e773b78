"""Figures of bundles: `python tests/benchmarks/bundle.py --rounds 7`.

Prints what it measured and judges nothing. Each figure is the median of some rounds, taken by turns
so that a busy moment hits all alike; the last column is the ratio to the warm start of one file.
A start is the time from spawning the process to the first 200 on /health.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
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


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each figure")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        show(measure(Path(folder), rounds))
    return 0


def measure(work: Path, rounds: int) -> dict[str, tuple[float, str]]:
    """Return {what: (median, unit)}."""
    bundle, expanded, package = work / "todo.pyz", work / "todo", work / "noodl_runtime"
    # A copy, so that who edits the source meanwhile does not stop the measuring.
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(noodl_runtime.__file__).parent, package, ignore=ignored)
    made = planned(package)
    size = write(made, bundle, cache=work / "kept", trial=False).size
    write_expanded_bundle(made, expanded, trial=False)
    tasks: dict[str, Callable[[], float]] = {
        "build, nothing kept": lambda: build(package, work / "x.pyz", None),
        "build, libraries kept": lambda: build(package, work / "x.pyz", work / "kept"),
        "one file, first start": lambda: start(bundle, work, first=True),
        BASE: lambda: start(bundle, work),
        "expanded, start": lambda: start(expanded, work),
        "one file, --version": lambda: version(bundle, work),
        "bare Python": lambda: timed([sys.executable, "-I", "-c", ""], work),
    }
    start(bundle, work)  # unpacked once
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            taken[name].append(task())
    figures = {name: (statistics.median(times) * 1000, "ms") for name, times in taken.items()}
    return {**figures, "size of one file": (size / 1e6, "MB")}


def planned(package: Path) -> Plan:
    """Plan the todo example with this copy of the runtime."""
    return plan(BuildOptions(folder=TODO), installed_runtime(package))


def build(package: Path, output: Path, cache: Path | None) -> float:
    """Build the todo example and return the seconds it took, planning included."""
    begun = time.perf_counter()
    write(planned(package), output, cache=cache, trial=False)
    return time.perf_counter() - begun


def start(bundle: Path, work: Path, *, first: bool = False) -> float:
    """Start a bundle and return the seconds until /health answers."""
    cache = work / ("first" if first else "cache")
    if first:
        shutil.rmtree(cache, ignore_errors=True)
    command = [sys.executable, "-I", "-X", "utf8", str(bundle), "--port", "0"]
    begun = time.perf_counter()
    with subprocess.Popen(
        [*command, "--data", str(work / "data"), "--log-level", "error"],
        stdout=subprocess.PIPE, text=True, cwd=work, env={"NOODL_CACHE": str(cache)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        ready = process.stdout.readline()
        url = ready.split('"url": "')[1].split('"')[0]
        with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
            assert answer.status == 200
        took = time.perf_counter() - begun
        process.terminate()
    return took


def version(bundle: Path, work: Path) -> float:
    """Return the seconds `--version` takes."""
    return timed([sys.executable, "-I", "-X", "utf8", str(bundle), "--version"], work)


def timed(command: list[str], work: Path) -> float:
    """Return the seconds a command takes."""
    begun = time.perf_counter()
    environment = {"NOODL_CACHE": str(work / "cache")}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - begun


def show(figures: dict[str, tuple[float, str]]) -> None:
    """Print the table."""
    base = figures[BASE][0]
    for name, (value, unit) in figures.items():
        ratio = f"{value / base:6.2f}" if unit == "ms" else ""
        print(f"{name:<24} {value:9.1f} {unit}  {ratio}")


if __name__ == "__main__":
    sys.exit(main())
