"""app.py as an ASGI app: warmed, quick to answer, frozen."""

import subprocess
import sys

from tests.browser import ROOT

CHECK = """
import asyncio, gc, socket, sys
listening = socket.create_server(("127.0.0.1", 0))
import app
assert isinstance(app.app, app.st.App)
async def start():
    async with app.lifespan(app.app):
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        accepting = socket.create_connection(listening.getsockname())
        accepted, _ = listening.accept()
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        assert set(app.WARMED) <= set(sys.modules)
        assert "scipy.stats" not in sys.modules  # a second for every start
        assert gc.get_freeze_count() > 100_000
asyncio.run(start())
print("fine")
"""


def test_before_the_first_visitor_imports_are_warm_and_sockets_answer_at_once():
    done = subprocess.run(
        [sys.executable, "-c", CHECK], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith("fine\n"), done.stderr
