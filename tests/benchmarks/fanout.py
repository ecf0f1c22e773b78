"""Figures of realtime: `python tests/benchmarks/fanout.py --peer http://127.0.0.1:3000`.

One writer, many subscribers of one collection. Starts a backend of its own and asks it and every
peer by turns; a peer is any server of the same create route that takes the first clients' messages
at `/`. Paced: about 10,000 events a second in all, how late they come. Flat out: how many come in a
second when the writer does not wait. With `#PID` behind its URL the processor time of a peer is told
too, the steadiest figure on a shared machine. Prints, and judges nothing. The subscribers are a process of
their own that reads raw sockets and knows an event by the stamp in its record.
"""

import argparse
import base64
import http.client
import json
import multiprocessing
import os
import re
import resource
import select
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "tests" / "benchmarks")]

from over_http import serve  # noqa: E402
from store import FIELDS, person  # noqa: E402

from tests.driver import Backend  # noqa: E402

STAMP = re.compile(rb'"stamp":\s*(\d+)[^\d]')
PACE = 10_000  # events a second
MASK = b"\x01\x02\x03\x04"


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="append", default=[], help="URL of another server")
    parser.add_argument("--subscribers", default="200,1000")
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each figure")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    counts = [int(part) for part in options.subscribers.split(",")]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * max(counts))), hard))
    with (
        tempfile.TemporaryDirectory() as folder,
        Backend(serve(Path(folder)), "--port", "0", cwd=Path(folder)) as backend,
    ):
        ours = f"http://127.0.0.1:{backend.ready['port']}#{backend.process.pid}"
        urls = [ours, *options.peer]
        for url in options.peer:
            prepare(url)
        print("| subscribers | server | " + " | ".join(HEADS) + " |")
        print("|---" * (2 + len(HEADS)) + "|")
        for count in counts:
            for url, figures in measured(urls, count, options):
                print(f"| {count} | {url} | " + " | ".join(figures) + " |", flush=True)
    return 0


HEADS = (
    "paced: events/s", "median ms", "p99 ms",
    "flat out: events/s", "median ms", "p99 ms", "writes/s", "CPU us an event", "lost",
)  # fmt: skip


def prepare(url: str) -> None:
    """Make the collection of a peer, which has no development mode."""
    place = urlsplit(url)
    columns = [{"name": name, "type": kind} for name, kind in {**FIELDS, "stamp": "Number"}.items()]
    body = json.dumps({"tables": [{"name": "Fan", "columns": columns}]})
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    connection.request("POST", "/api/_schema", body, {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()


def measured(urls: list[str], count: int, options: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield the medians over the rounds of each server; servers take turns within a round."""
    found: dict[str, list[tuple[dict[str, float], dict[str, float]]]] = {url: [] for url in urls}
    for _ in range(options.rounds):
        for url in urls:
            paced = once(url, count, options.seconds, PACE / count)
            found[url].append((paced, once(url, count, options.seconds, None)))
    for url, rounds in found.items():
        names = ("rate", "p50", "p99"), ("rate", "p50", "p99", "writes", "cpu")
        figures = [
            f"{statistics.median(figure[each][name] for figure in rounds):,.1f}"
            for each in (0, 1)
            for name in names[each]
        ]
        yield url, [*figures, f"{sum(figure[1]['lost'] for figure in rounds):.0f}"]


def once(url: str, count: int, seconds: float, pace: float | None) -> dict[str, float]:
    """Write for so long, `pace` records a second, None for as fast as answers come."""
    place, base = urlsplit(url), time.time_ns()
    here, there = multiprocessing.Pipe()
    reader = multiprocessing.get_context("fork").Process(
        target=subscribers, args=(place.hostname, place.port, count, base, there), daemon=True
    )
    reader.start()
    try:
        here.recv()
        used = processor_time(place.fragment)
        written = write(place, seconds, pace, base)
        end = time.monotonic() + 15
        while time.monotonic() < end:
            here.send("how many?")
            if here.recv() >= written * count:
                break
            time.sleep(0.05)
        used = processor_time(place.fragment) - used
        here.send("figures")
        delays, span = here.recv()
    finally:
        reader.terminate()
        reader.join()
    delays.sort()
    return {
        "rate": len(delays) / span if span else 0,
        "p50": delays[len(delays) // 2] / 1000,
        "p99": delays[int(len(delays) * 0.99)] / 1000,
        "writes": written / seconds,
        "cpu": used * 1e6 / max(1, len(delays)),
        "lost": written * count - len(delays),
    }


def processor_time(pid: str) -> float:
    """Return the seconds a process has used, 0.0 for none; Linux only."""
    if not pid:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def write(place: Any, seconds: float, pace: float | None, base: int) -> int:
    """Make records with a stamp; return how many."""
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    written, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        if pace and written >= passed * pace:
            time.sleep(0.001)
            continue
        record = json.dumps({**person(written), "stamp": (time.time_ns() - base) // 1000})
        connection.request("POST", "/api/Fan", record, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status < 300, answer.status
        written += 1
    connection.close()
    return written


def subscribers(host: str, port: int, count: int, base: int, pipe: Connection) -> None:
    """Subscribe so many times, count events and note how late each is, in microseconds."""
    sockets = {}
    poll = select.epoll()
    for _ in range(count):
        made = subscribed(host, port)
        made.setblocking(False)
        sockets[made.fileno()] = [made, b""]
        poll.register(made.fileno(), select.EPOLLIN)
    time.sleep(0.3)
    pipe.send("ready")
    delays: list[int] = []
    first = last = 0
    while True:
        for number, _ in poll.poll(0.02):
            entry = sockets[number]
            text = entry[1] + entry[0].recv(1 << 18)
            now, end = (time.time_ns() - base) // 1000, 0
            for match in STAMP.finditer(text):
                delays.append(now - int(match[1]))
                end = match.end()
                first, last = first or now, now
            entry[1] = text[max(end, len(text) - 64) :]
        if pipe.poll():
            if pipe.recv() == "figures":
                break
            pipe.send(len(delays))
    pipe.send((delays, (last - first) / 1e6))


def subscribed(host: str, port: int) -> socket.socket:
    """Return a WebSocket that has subscribed, as the first clients do."""
    made = socket.create_connection((host, port))
    key = base64.b64encode(os.urandom(16)).decode()
    made.sendall(
        f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += made.recv(65536)
    assert b" 101 " in answer.split(b"\r\n")[0], answer
    text = b'{"type":"subscribe","collection":"Fan"}'
    made.sendall(
        bytes([0x81, 0x80 | len(text)]) + MASK + bytes(b ^ MASK[i % 4] for i, b in enumerate(text))
    )
    return made


if __name__ == "__main__":
    sys.exit(main())
