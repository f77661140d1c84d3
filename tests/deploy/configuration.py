"""The files of deploy/nginx on this machine: in a folder of their own, at a free port."""

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
    default_type application/octet-stream;
    types {{ text/css css; text/javascript js; image/svg+xml svg; }}
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    include keikaku.conf;
}}
"""


def copy_configuration(place: Path, port: int, figures_port: int) -> Path:
    """The files of deploy/ with the folders and the address of this machine; returns the path of nginx.conf."""
    here = {
        "/var/lib/keikaku": f"{place}/site",
        "/run/keikaku": f"{place}/run",
        "/var/cache/nginx": f"{place}/cache",
        "/etc/nginx": f"{place}/etc",
        "/var/log/nginx": str(place),
        "listen 127.0.0.1:9180;": f"listen 127.0.0.1:{figures_port};",
        "listen 80;": f"listen 127.0.0.1:{port};",
        "listen [::]:80;": "",
        "server_name keikaku.example.jp;": "server_name localhost;",
        "client_header_timeout 10s;": "client_header_timeout 2s;",
    }
    etc = place / "etc"
    shutil.copytree(DEPLOY / "nginx", etc)
    (place / "cache").mkdir()
    found = set()
    for file in (etc / "keikaku.conf", etc / "keikaku" / "site.conf"):
        text = file.read_text("utf-8")
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
