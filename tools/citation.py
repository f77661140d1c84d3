"""CITATION.cff of the repository, from metadata.yml, plans.db and the version of the project: make citation."""

import tomllib
from pathlib import Path
from typing import Any

import yaml

from keikaku.publish.catalogue.data_set import read_filled_metadata
from keikaku.publish.records.citation import read_data_set

ROOT = Path(__file__).resolve().parents[1]
CFF = ROOT / "CITATION.cff"


def read_sources(database: Path = ROOT / "plans.db") -> tuple[dict[str, Any], str]:
    """What metadata.yml and a database say of the site, and the version of the project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return read_filled_metadata(database, ROOT / "metadata.yml"), project["version"]


def build_cff(metadata: dict[str, Any], version: str) -> str:
    data = read_data_set(metadata)
    described = {
        "cff-version": "1.2.0",
        "message": "To cite a single record, take the citation on its page.",
        "type": "dataset",
        "title": data["title"],
        "abstract": f"{data['title_en']}. {data['source_en']}. {data['license_en']}.",
        "authors": [{"name": data["author"]}],
        "version": version,
        "date-released": data["released"],
        "license": "CC-BY-4.0",
        "license-url": data["license_url"],
    }
    if key := metadata.get("public_key"):
        words = "Ed25519 public key that signs copies of this data set (SubjectPublicKeyInfo, Base64)"
        described["identifiers"] = [{"type": "other", "value": key, "description": words}]
    head = "# Made from metadata.yml and plans.db: make citation\n"
    return head + yaml.safe_dump(described, allow_unicode=True, sort_keys=False, width=10_000)


if __name__ == "__main__":
    CFF.write_text(build_cff(*read_sources()), "utf-8")
