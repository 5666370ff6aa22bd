"""`blinkenlights --serve`: what a browser would do, by HTTP and its websocket."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic

import aiohttp
import pytest

COMMAND = [sys.executable, "-P", "-m", "blinkenlights.cli.blinkenlights"]
PATIENCE = 60  # seconds


def environment():
    path = ":".join(entry for entry in sys.path if entry)
    return {**os.environ, "PYTHONPATH": path, "LC_ALL": "C.UTF-8"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def served():
    """The port of a server that shows /bin/echo."""
    port = free_port()
    server = subprocess.Popen([*COMMAND, f"--serve={port}", "--no-record", "/bin/echo", "hello"],
                              env=environment(), stdout=subprocess.DEVNULL)  # fmt: skip
    yield port, server.pid
    server.terminate()
    server.wait(PATIENCE)


def descendants(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def visit(port, server):
    text = ""

    async def until(socket, wanted):
        nonlocal text
        end = monotonic() + PATIENCE
        while wanted not in text:
            message = await socket.receive(end - monotonic())
            assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
            data = message.data if isinstance(message.data, str) else message.data.decode("utf-8", "replace")
            text += re.sub(r"\x1b\[[0-9;?<>=]*[a-zA-Z]", "", data)

    async with aiohttp.ClientSession() as browser:
        end = monotonic() + PATIENCE
        while True:
            try:
                async with browser.get(f"http://localhost:{port}/") as answer:
                    page = await answer.text()
                    break
            except aiohttp.ClientError:
                assert monotonic() < end, "there is no server"
                await asyncio.sleep(0.1)
        address = re.search(r'ws://[^"]+', page)
        assert address and "blinkenlights" in page
        async with browser.ws_connect(f"{address[0]}?width=120&height=40") as connection:
            await until(connection, "READY")
            assert "PML4T" in text and "0 cycles" in text
            text = ""
            await connection.send_json(["stdin", "s"])
            await until(connection, "1 cycles")
            await connection.send_json(["stdin", "c"])
            await until(connection, "exited with status 0")
            running = descendants(server)
            assert running
        end = monotonic() + PATIENCE
        while any(map(lives, running)):
            assert monotonic() < end, "the program outlives its page"
            await asyncio.sleep(0.1)


def test_a_browser_sees_the_screen_and_types(served):
    asyncio.run(visit(*served))


def test_a_port_that_is_taken_is_said_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([*COMMAND, f"--serve={port}", "/bin/true"], env=environment(),
                              capture_output=True, text=True, timeout=PATIENCE)  # fmt: skip
    assert done.returncode == 1
    said = rf"blinkenlights: port {port}: .*address already in use.*\n"
    assert re.fullmatch(said, done.stderr, re.IGNORECASE)


def test_a_missing_library_is_said_in_one_line(tmp_path):
    (tmp_path / "textual_serve").mkdir()
    (tmp_path / "textual_serve" / "__init__.py").write_text("raise ModuleNotFoundError(name='textual_serve')")
    given = environment()
    given["PYTHONPATH"] = f"{tmp_path}:{given['PYTHONPATH']}"
    done = subprocess.run([*COMMAND, "--serve", "/bin/true"], env=given, capture_output=True, text=True,
                          timeout=PATIENCE)  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "blinkenlights: --serve needs the Python package textual-serve: no textual_serve\n"
