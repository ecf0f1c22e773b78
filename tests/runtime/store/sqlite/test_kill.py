"""What was acknowledged stays, after a process was killed in the middle of its work."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from noodl_runtime.store.sqlite.connection import Connection
from tests.runtime.store.worlds import found, sqlite_store

WRITER = """
import json, sys, gevent
from pathlib import Path
from noodl_runtime.schema.model import Field
from noodl_runtime.store.contract import Create, Delete, Save
from noodl_runtime.store.sqlite.store import SqliteStore

store = SqliteStore(Path(sys.argv[1]))
store.connect()
store.add_fields("Item", [Field(name="n", type="Number")])

def work(lane):
    for number in range(100000):
        made = store.write(Create(collection="Item", values={"n": 0}))["objectId"]
        say(made, 0)
        store.write(Save(collection="Item", object_id=made, values={"n": 1}))
        say(made, 1)
        if number % 3 == 0:
            store.write(Delete(collection="Item", object_id=made))
            say(made, None)

def say(object_id, value):
    sys.stdout.write(json.dumps([object_id, value]) + "\\n")
    sys.stdout.flush()

gevent.joinall([gevent.spawn(work, lane) for lane in range(4)])
"""


@pytest.mark.slow
@pytest.mark.parametrize("lines", [1, 7, 40, 200, 1000])
def test_every_acknowledged_write_survives_a_kill(tmp_path: Path, lines: int) -> None:
    file = tmp_path / "data" / "local.db"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(lines)]
    process.kill()
    said += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    acknowledged = dict(json.loads(line) for line in said if line.endswith("\n"))

    store = sqlite_store(tmp_path)
    store.connect()
    present = {record["objectId"]: record["n"] for record in found(store, "Item", limit=10**6)}
    store.disconnect()

    for object_id, value in acknowledged.items():
        if value is None:
            assert object_id not in present
        elif object_id in present:
            assert present[object_id] >= value
        else:  # the delete was committed and the process killed before it could say so
            assert value == 1
    connection = Connection(file)
    assert connection.rows("PRAGMA integrity_check") == [("ok",)]
    connection.close()
