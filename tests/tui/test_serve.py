"""`blinkenlights --serve`: what a browser would do, by HTTP and its websocket."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
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


async def ask(port, path, **headers):
    end = monotonic() + PATIENCE
    async with aiohttp.ClientSession() as browser:
        while True:
            try:
                async with browser.get(f"http://localhost:{port}{path}", headers=headers) as answer:
                    return answer.status, await answer.text()
            except aiohttp.ClientError:
                assert monotonic() < end, "there is no server"
                await asyncio.sleep(0.1)


def test_the_page_needs_nothing_from_the_network(served):
    status, page = asyncio.run(ask(served[0], "/"))
    assert status == 200 and "<title>blinkenlights /bin/echo</title>" in page
    assert not re.search(r"""(src|href|url\()\s*=?\s*["']?(https?:)?//""", page)


@pytest.mark.parametrize("headers", [{"Origin": "http://elsewhere.example"}, {"Host": "elsewhere.example"}],
                         ids=["another site's page", "another name for this computer"])  # fmt: skip
def test_pages_of_other_sites_cannot_reach_the_debugger(served, headers):
    """Whoever types there can do whatever the user can."""
    status, said = asyncio.run(ask(served[0], "/ws", **headers))
    assert status == 403 and said.startswith("blinkenlights answers")


def test_a_page_whose_program_is_gone_is_closed(served):
    port, server = served

    async def do():
        await ask(port, "/")
        async with (
            aiohttp.ClientSession() as browser,
            browser.ws_connect(f"ws://localhost:{port}/ws?width=80&height=24") as connection,
        ):
            await connection.receive(PATIENCE)
            for pid in descendants(server):
                os.kill(pid, signal.SIGKILL)
            end = monotonic() + PATIENCE
            while (await connection.receive(end - monotonic())).type != aiohttp.WSMsgType.CLOSE:
                assert monotonic() < end, "the page stays open"

    asyncio.run(do())


HEARD = """
window.heard = "";
const Plain = window.WebSocket, decoder = new TextDecoder();
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (event) => {
      if (typeof event.data != "string") window.heard += decoder.decode(event.data);
    });
  }
};
"""


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium")
def test_a_real_browser_has_the_keyboard_at_once_and_shows_the_end(served, tmp_path):
    """By the DevTools protocol; what the page hears tells what it shows."""
    port = served[0]
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
               f"--user-data-dir={tmp_path}", "--window-size=1200,800", "about:blank"]  # fmt: skip
    chromium = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    async def devtools(browser):
        end = monotonic() + PATIENCE
        while True:
            assert monotonic() < end, "the browser has no page"
            with contextlib.suppress(OSError, IndexError, aiohttp.ClientError):
                door = (tmp_path / "DevToolsActivePort").read_text().split()[0]
                async with browser.get(f"http://127.0.0.1:{door}/json") as answer:
                    pages = [page for page in await answer.json() if page["type"] == "page"]
                    return pages[0]["webSocketDebuggerUrl"]
            await asyncio.sleep(0.1)

    async def do():
        await ask(port, "/")
        number = 0
        async with (
            aiohttp.ClientSession() as browser,
            browser.ws_connect(await devtools(browser), max_msg_size=0) as page,
        ):

            async def tell(method, **given):
                nonlocal number
                number += 1
                await page.send_json({"id": number, "method": method, "params": given})
                while (answer := await page.receive_json(timeout=PATIENCE)).get("id") != number:
                    pass
                return answer["result"]

            async def until(expression, what):
                end = monotonic() + PATIENCE
                while not (await tell("Runtime.evaluate", expression=expression))["result"].get("value"):
                    assert monotonic() < end, what
                    await asyncio.sleep(0.1)

            async def press(key):
                for kind in ("keyDown", "keyUp"):
                    text = {"text": key} if kind == "keyDown" else {}
                    await tell("Input.dispatchKeyEvent", type=kind, key=key, **text)

            await tell("Page.enable")
            await tell("Page.addScriptToEvaluateOnNewDocument", source=HEARD)
            await tell("Page.navigate", url=f"http://localhost:{port}/")
            await until("document.title.startsWith('blinkenlights')", "no page")
            await until("window.heard.includes('READY')", "no screen")
            await until("document.activeElement.tagName == 'TEXTAREA'", "the screen has no keyboard")
            await press("s")
            await until("window.heard.includes('1 cycles')", "the key does nothing")
            await press("q")
            await until("getComputedStyle(document.querySelector('#ended')).display == 'block'", "no end")

    try:
        asyncio.run(do())
    finally:
        chromium.terminate()
        chromium.wait(PATIENCE)


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
