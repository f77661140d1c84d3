"""Debian's Firefox, told what to do by Marionette, the protocol it brings itself: Debian has no geckodriver for Selenium."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.chromium import PATIENCE

BROWSER = "firefox-esr"
_LISTENS = re.compile(r"Marionette\tINFO\tListening on port (\d+)")


class Firefox:
    """A running browser."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self.stream, self._asked = connection, connection.makefile("rb"), 0
        self._read()  # whom one talks to
        self.send("WebDriver:NewSession")
        self.send("WebDriver:SetTimeouts", script=PATIENCE * 1000)

    def open(self, address: str) -> None:
        self.send("WebDriver:Navigate", url=address)

    def run_async(self, script: str, *arguments: Any) -> Any:
        """What the script hands to its last argument, a function."""
        return self.send("WebDriver:ExecuteAsyncScript", script=script, args=arguments)["value"]

    def send(self, command: str, **parameters: Any) -> Any:
        self._asked += 1
        message = json.dumps([0, self._asked, command, parameters]).encode()
        self._connection.sendall(b"%d:%b" % (len(message), message))
        _, _, error, answer = self._read()
        if error:
            raise RuntimeError(error["message"])
        return answer

    def _read(self) -> Any:
        length = b""
        while (sign := self.stream.read(1)) not in (b":", b""):
            length += sign
        return json.loads(self.stream.read(int(length)))


@contextmanager
def running_firefox(profile: Path) -> Iterator[Firefox]:
    """A browser with a new profile, closed after the block."""
    (profile / "user.js").write_text('user_pref("marionette.port", 0);\n')
    browser = subprocess.Popen(
        [shutil.which(BROWSER) or BROWSER, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with browser:
        try:
            assert browser.stdout
            ports = (_LISTENS.search(line) for line in browser.stdout)
            port = next((int(found[1]) for found in ports if found), 0)
            with socket.create_connection(("127.0.0.1", port)) as connection:
                firefox = Firefox(connection)
                with firefox.stream:
                    yield firefox
        finally:
            browser.kill()
