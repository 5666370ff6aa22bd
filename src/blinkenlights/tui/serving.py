"""The screen in a web browser: textual-serve, with a page of ours that needs nothing from the network.

The page has the keyboard from the beginning, and says when its session has ended. What can be typed there
can do whatever the user can, so other sites' pages must not reach it: a browser tells where a page that
opens a connection comes from (RFC 6455, 10.2), and the names of this computer are few.
"""

from __future__ import annotations

import logging
from html import escape
from string import Template
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")
HEARTBEAT = 15  # seconds
FONT_SIZE, LEAST_FONT, MOST_FONT = 16, 6, 60  # pixels

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/css/xterm.css">
<style>
@font-face { font-family: "Roboto Mono"; font-weight: 100 700;
  src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf"); }
@font-face { font-family: "Roboto Mono"; font-weight: 100 700; font-style: italic;
  src: url("/static/fonts/RobotoMono-Italic-VariableFont_wght.ttf"); }
body { margin: 0; background: #0e1116; }
.textual-terminal { width: 100vw; height: 100vh; }
#ended { display: none; position: fixed; inset: 40% 0 auto; margin: auto; width: 24em; padding: 1.5em;
  text-align: center; font: 16px sans-serif; color: #d8dee9; background: #23272d; border: 2px solid #ffc66d;
  z-index: 10; }
#ended a { color: #ffc66d; }
body.-closed #ended { display: block; }
</style>
<script src="/static/js/textual.js"></script>
<script>
addEventListener("load", async () => {
  await document.fonts.ready;
  document.querySelector(".xterm-helper-textarea").focus();
});
</script>
</head>
<body>
<div class="textual-terminal" data-session-websocket-url="ws://$host/ws" data-font-size="$size"></div>
<div id="ended">The session has ended. <a href="">Begin another</a></div>
</body>
</html>
""")


class Session(AppService):
    """Closes the page's connection when the program that draws it has ended, however that was."""

    async def run(self) -> None:
        await super().run()
        await self.remote_close()


class Pages(Server):
    """A page a visitor, each with a run of its own."""

    def initialize_logging(self) -> None:
        logging.basicConfig(level=logging.WARNING, format="blinkenlights: %(message)s")

    async def on_startup(self, app: web.Application) -> None:
        print(f"{self.title} is at {self.public_url} (ctrl-c ends it)", flush=True)

    async def handle_index(self, request: web.Request) -> web.StreamResponse:  # type: ignore[override]
        refuse_others(request)
        size = min(MOST_FONT, max(LEAST_FONT, to_int(request.query.get("fontsize", ""), FONT_SIZE)))
        page = PAGE.substitute(title=escape(self.title), host=escape(request.host), size=size)
        return web.Response(text=page, content_type="text/html")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        refuse_others(request)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT)
        await socket.prepare(request)

        async def close() -> None:
            await socket.close()

        session = Session(self.command, write_bytes=socket.send_bytes, write_str=socket.send_str,
                          close=close, download_manager=self.download_manager)  # fmt: skip
        width, height = (to_int(request.query.get(name, ""), usual)
                         for name, usual in (("width", 80), ("height", 24)))  # fmt: skip
        await session.start(width, height)
        try:
            await self._process_messages(socket, session)
        finally:
            await session.stop()
        return socket


def refuse_others(request: web.Request) -> None:
    """Raise HTTPForbidden unless this computer is asked for, by itself or by a page of its own."""
    origin = request.headers.get("Origin")
    if urlsplit(f"//{request.host}").hostname not in THIS_COMPUTER:
        raise web.HTTPForbidden(text="blinkenlights answers as localhost only\n")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="blinkenlights answers its own pages only\n")


def serve(command: str, port: int, title: str) -> None:
    """Serve until SIGINT or SIGTERM; OSError where the port can't be had."""
    Pages(command, port=port, title=title).serve()
