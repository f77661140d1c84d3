"""The files of deploy/ on this machine: in a folder of their own, at a free port."""

import os
import shutil
from pathlib import Path

from tests.browser.running_site import ROOT

DEPLOY = ROOT / "deploy"
MAIN = """
daemon off;
{user}
worker_processes 2;
pid {place}/nginx.pid;
error_log {place}/error.log warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    include keikaku.conf;
}}
"""


def copy_configuration(place: Path, port: int) -> Path:
    """deploy/nginx with the folders and the address of this machine; returns the path of nginx.conf."""
    here = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "listen [::]:80;": "",
        "server_name keikaku.example.jp;": "server_name localhost;",
        "client_header_timeout 10s;": "client_header_timeout 2s;",
        "rate=2r/s;": "rate=5r/s;",
    }
    etc = place / "etc"
    shutil.copytree(DEPLOY / "nginx", etc)
    for folder in ("cache", "log"):
        (place / folder).mkdir()
    found = set()
    for file in (etc / "keikaku.conf", etc / "keikaku" / "site.conf"):
        text = move_paths(file.read_text("utf-8"), place)
        for there, replacement in here.items():
            if there in text:
                found.add(there)
                text = text.replace(there, replacement)
        file.write_text(text, "utf-8")
    assert found == set(here)
    user = "user root;" if os.geteuid() == 0 else ""  # the folder is nobody else's
    main = etc / "nginx.conf"
    main.write_text(MAIN.format(place=place, user=user), "utf-8")
    return main


def move_paths(text: str, place: Path) -> str:
    """The folders of a machine below `place`."""
    there = {"/var/lib/keikaku": "lib", "/run/keikaku": "run", "/var/cache/nginx": "cache", "/etc/nginx": "etc"}
    for path, name in {**there, "/var/log/nginx": "log"}.items():
        text = text.replace(path, f"{place}/{name}")
    return text
