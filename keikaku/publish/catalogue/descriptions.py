"""What catalogues and programs read about the data set: schema.org and DCAT, filled into ../templates/.

Addresses are relative to the folder of the files, or absolute where a root is given (the address of the site, with a
slash at its end).
"""

import json
import re
import warnings
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from keikaku.files.errors import FilesError
from keikaku.publish.catalogue.data_set import DataSet, FileInfo
from keikaku.publish.filling import fill_data

Json = dict[str, Any]
_NOWHERE = "http://files.invalid/files/"
_MEASURED = ("value", "outcome", "decision")
# A page names no more plans than this; the catalogue has all.
MOST_PLANS = 30


def build_schema_org(data_set: DataSet, files: Sequence[FileInfo], root: str = "") -> Json:
    """dataset.jsonld, and with the root of the site what its pages carry."""
    measured = [field.heading for table in data_set.tables for field in table.fields if field.name in _MEASURED]
    words = {"plans": data_set.plans()[:MOST_PLANS], "measured": measured, "period": data_set.period()}
    described: Json = fill_data("dataset.yml", data_set=data_set, files=files, root=root, urljoin=urljoin, **words)
    return described


def build_dcat(data_set: DataSet, files: Sequence[FileInfo]) -> Json:
    """catalog.jsonld."""
    words = {"plans": data_set.plans(), "period": data_set.period()}
    described: Json = fill_data("catalog.yml", data_set=data_set, files=files, re=re, **words)
    return described


def write_turtle(catalog: Json) -> str:
    """The same catalogue as Turtle, with the same relative addresses; raises FilesError without rdflib."""
    try:
        from rdflib import Graph
    except ImportError as error:
        raise FilesError("DCAT needs rdflib: install what requirements.lock says") from error
    graph = Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib warns of its own old ways
        graph.parse(data=json.dumps(catalog), format="json-ld", base=_NOWHERE)
    text: str = graph.serialize(format="turtle")
    return text.replace(_NOWHERE, "").replace("<" + _NOWHERE.removesuffix("files/"), "<../")
