"""The descriptions of the data set: valid by the tools of their standards, and true of the files."""

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
import rdflib
from frictionless import Package
from rdflib import URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

from keikaku.publish.catalogue.data_set import DataSet, FileInfo
from keikaku.publish.catalogue.whole_set import build_schema_org
from keikaku.schema.tables import read_schema
from tests.sites import ROOT

METADATA = ROOT / "metadata.yml"
BASE = "https://keikaku.example/files/"
# Their libraries warn of their own ways, not of our files.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("always::UserWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def read(folder: Path, name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / name).read_text("utf-8"))
    return value


def test_the_data_package_is_valid(folder: Path) -> None:
    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [("measures", "minato-", "nowhere-"), ("indicators", ",quantity,", ",quantities,"), ("goals", ",1,", ",one,")],
    ids=["reference", "code", "number"],
)
def test_a_wrong_file_fails_the_data_package(folder: Path, tmp_path: Path, table: str, old: str, new: str) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "files"))
    path = copy / "csv" / f"{table}.csv"
    content = path.read_bytes()
    path.write_bytes(content.replace(old.encode(), new.encode(), 1))
    assert path.read_bytes() != content
    assert not Package(str(copy / "datapackage.json")).validate().valid


def test_the_data_package_tells_all_that_the_schema_tells(folder: Path, data_set: DataSet) -> None:
    package = read(folder, "datapackage.json")
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert list(resources) == [table.name for table in data_set.tables]
    described = {table.name: table for table in read_schema()}
    for table in data_set.tables:
        schema = resources[table.name]["schema"]
        assert schema["primaryKey"] == list(table.keys)
        assert [field["name"] for field in schema["fields"]] == [column.name for column in table.columns]
        assert [field["title"] for field in schema["fields"]] == [field.heading for field in table.fields]
        keys = {key["fields"][0] for key in schema.get("foreignKeys", [])}
        assert keys == {column.name for column in described[table.name].columns if column.references}, table.name
        assert (folder / resources[table.name]["path"]).stat().st_size == resources[table.name]["bytes"]


def test_both_catalogues_say_the_same_and_name_every_file(folder: Path) -> None:
    graph, turtle = (
        rdflib.Graph().parse(folder / name, format=kind, publicID=BASE + "catalog")
        for name, kind in (("catalog.jsonld", "json-ld"), ("catalog.ttl", "turtle"))
    )
    assert set(graph) == set(turtle)
    (data_set,) = graph.objects(predicate=DCAT.dataset)
    assert (data_set, RDF.type, DCAT.Dataset) in graph
    named = {str(address) for address in graph.objects(predicate=DCAT.downloadURL)}
    listed = {file["path"] for file in read(folder, "files.json")["files"]}
    catalogues = {"catalog.jsonld", "catalog.ttl", "dataset.jsonld"}
    assert named == {urljoin(BASE, path) for path in listed - catalogues} | {"https://keikaku.example/plans.db"}
    for distribution in graph.objects(data_set, DCAT.distribution):
        assert urldefrag(str(distribution)).url == BASE + "catalog"
        assert None not in [graph.value(distribution, word) for word in (DCTERMS.title, DCTERMS.license, DCAT.byteSize)]
        assert graph.value(distribution, DCAT.mediaType) or graph.value(distribution, DCAT.packageFormat)
    needed = ["title", "description", "license", "spatial", "temporal", "publisher", "issued", "modified", "identifier"]
    assert [word for word in needed if graph.value(data_set, DCTERMS[word]) is None] == []
    assert graph.value(data_set, URIRef("http://www.w3.org/ns/dcat#version")) is not None
    assert not isinstance(graph.value(data_set, DCTERMS.source), rdflib.Literal)
    assert "files.invalid" not in (folder / "catalog.ttl").read_text("utf-8")


def test_schema_org_has_what_a_search_for_data_sets_needs(folder: Path, data_set: DataSet) -> None:
    described = read(folder, "dataset.jsonld")
    assert described["@type"] == "Dataset"
    assert 50 <= len(described["description"]) <= 5000
    assert described["description"].startswith("みなと市文化振興計画（平成30年度〜")  # the city once
    needed = "name license version url isBasedOn spatialCoverage keywords creator publisher dateModified datePublished identifier"
    assert [word for word in needed.split() if not described.get(word)] == []
    assert data_set.version not in described["identifier"]  # another release is the same data set
    (plan,) = data_set.plans()
    begins, ends = plan["start_fiscal_year"], plan["end_fiscal_year"] + 1
    assert described["temporalCoverage"] == f"{begins}-04-01/{ends}-03-31"
    downloads = {file["contentUrl"]: file for file in described["distribution"]}
    assert downloads["plans.xlsx"]["contentSize"] == f"{(folder / 'plans.xlsx').stat().st_size} B"
    assert downloads["../plans.db"]["sha256"] == data_set.digest


def test_with_the_root_of_the_site_every_address_is_absolute(folder: Path, data_set: DataSet) -> None:
    files = [FileInfo(**file) for file in read(folder, "files.json")["files"]]
    described = build_schema_org(data_set, files, "https://keikaku.example/")
    assert described["url"] == "https://keikaku.example/data"
    addresses = [file["contentUrl"] for file in described["distribution"]]
    assert addresses[0] == "https://keikaku.example/plans.db"
    assert set(addresses[1:]) == {BASE + file.path for file in files if "/" not in file.path}
