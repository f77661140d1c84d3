"""What catalogues and programs read about the data set: Data Package, schema.org and DCAT.

All of them are made from schema.sql, the vocabularies and metadata.yml. Addresses are relative to the folder of the
files, or absolute where a root is given (the address of the site, with a slash at its end).
"""

import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from keikaku.files.errors import FilesError
from keikaku.publish.catalogue.data_set import DataSet, TableInfo, is_date
from keikaku.publish.catalogue.listing import FileInfo
from keikaku.publish.tables.about import Field
from keikaku.schema.tables import Column

Json = dict[str, Any]
_LICENSE_NAME = "CC-BY-4.0"
_DATA_PACKAGE_TYPES = {"TEXT": "string", "INTEGER": "integer", "NUMERIC": "number"}
_NOWHERE = "http://files.invalid/files/"
_CSV_TYPE = "text/csv"
# A page names no more plans than this; the catalogue has all.
MOST_PLANS = 30
_MARCH = "03-31"
_APRIL = "04-01"


# Data Package 2.0


def build_data_package(data_set: DataSet, files: Mapping[str, FileInfo]) -> Json:
    """datapackage.json; `files` are the listed files by their path."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": data_set.name,
        "title": data_set.title,
        "description": "\n\n".join([data_set.description, *data_set.notes]),
        "version": data_set.version,
        "licenses": [{"name": _LICENSE_NAME, "path": data_set.license_url, "title": data_set.license}],
        "sources": [{"title": data_set.source}],
        "keywords": [table.title for table in data_set.tables],
        "resources": [_resource(data_set, table, files[f"csv/{table.name}.csv"]) for table in data_set.tables],
    }


def _resource(data_set: DataSet, table: TableInfo, file: FileInfo) -> Json:
    schema: Json = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_data_package_field(data_set, table, *pair) for pair in _columns(table)],
        "missingValues": [""],
        "primaryKey": list(table.keys),
    }
    if references := list(_references(data_set, table)):
        schema["foreignKeys"] = [
            {"fields": [name], "reference": {"resource": "" if other == table.name else other, "fields": [key]}}
            for name, other, key in references
        ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
        "name": table.name,
        "type": "table",
        "path": file.path,
        "title": table.title,
        "description": table.description,
        "format": "csv",
        "mediatype": _CSV_TYPE,
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }


def _data_package_field(data_set: DataSet, table: TableInfo, column: Column, field: Field) -> Json:
    constraints: Json = {"required": True} if _is_filled(data_set, table, column) else {}
    if table.keys == (column.name,):
        constraints["unique"] = True
    if terms := table.terms(column):
        constraints["enum"] = list(terms)
    described = {
        "name": column.name,
        "type": "date" if is_date(column) else _DATA_PACKAGE_TYPES[column.type],
        "title": field.heading,
        "description": field.meaning,
    }
    return {**described, "constraints": constraints} if constraints else described


# schema.org


def build_schema_org(data_set: DataSet, files: Sequence[FileInfo], root: str = "") -> Json:
    """dataset.jsonld, and with the root of the site what its pages carry."""
    page = f"{root}data" if root else "../data"
    below = f"{root}files/" if root else ""
    database = f"{root}{data_set.path.name}" if root else f"../{data_set.path.name}"
    named = data_set.plans()[:MOST_PLANS]
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{page}#dataset",
        "url": page,
        "identifier": data_set.identifier,
        "creator": {"@type": "Organization", "name": data_set.author},
        "publisher": {"@type": "Organization", "name": data_set.publisher or data_set.author},
        "datePublished": data_set.issued,
        "dateModified": data_set.changed,
        "name": data_set.title,
        "description": data_set.description,
        "inLanguage": "ja",
        "isAccessibleForFree": True,
        "license": data_set.license_url,
        "version": data_set.version,
        "creditText": data_set.source,
        "keywords": [table.title for table in data_set.tables],
        "temporalCoverage": _coverage(data_set, "/"),
        "spatialCoverage": [
            {
                "@type": "AdministrativeArea",
                "name": plan["municipality"],
                "identifier": {
                    "@type": "PropertyValue",
                    "propertyID": "全国地方公共団体コード",
                    "value": plan["municipality_code"],
                },
            }
            for plan in named
        ],
        "isBasedOn": [
            {
                "@type": "Report",
                "name": plan["document_title"] or plan["title"],
                "author": {"@type": "Organization", "name": plan["document_author"] or plan["municipality"]},
                **({"datePublished": plan["document_date"]} if plan["document_date"] else {}),
                "inLanguage": "ja",
            }
            for plan in named
        ],
        "variableMeasured": [field.heading for table in data_set.tables for field in table.fields if _measures(field)],
        "distribution": [
            _download("SQLite", database, "application/vnd.sqlite3", data_set.path.stat().st_size, data_set.digest),
            *(
                _download(file.title, below + file.path, _plain(file.media_type), file.size, file.sha256)
                for file in files
                if "/" not in file.path
            ),
        ],
    }


def _download(name: str, address: str, media_type: str, size: int, sha256: str) -> Json:
    return {
        "@type": "DataDownload",
        "name": name,
        "contentUrl": address,
        "encodingFormat": media_type,
        "contentSize": f"{size} B",
        "sha256": sha256,
    }


def _measures(field: Field) -> bool:
    return field.name in ("value", "outcome", "decision")


# DCAT 3

_PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Vocabulary -> its words that are Japanese text, addresses of things, or of another type.
_JAPANESE = {"dct": ("title", "description"), "dcat": ("keyword",), "foaf": ("name",)}
_ADDRESSES = {
    "dcat": ("dataset", "distribution", "downloadURL", "accessURL", "landingPage", "mediaType", "packageFormat"),
    "dct": ("license", "language", "temporal", "spatial", "publisher", "source"),
    "foaf": ("mbox", "homepage"),
    "spdx": ("checksum", "algorithm"),
}
_TYPED = {
    "dcat:startDate": "date",
    "dcat:endDate": "date",
    "dcat:byteSize": "nonNegativeInteger",
    "dct:issued": "date",
    "dct:modified": "date",
    "spdx:checksumValue": "hexBinary",
}
_DCAT_CONTEXT = {
    **_PREFIXES,
    "version": "dcat:version",
    "identifier": "dct:identifier",
    **{word: {"@id": f"{at}:{word}", "@language": "ja"} for at, words in _JAPANESE.items() for word in words},
    **{word: {"@id": f"{at}:{word}", "@type": "@id"} for at, words in _ADDRESSES.items() for word in words},
    **{iri.partition(":")[2]: {"@id": iri, "@type": f"xsd:{kind}"} for iri, kind in _TYPED.items()},
}
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def build_dcat(data_set: DataSet, files: Sequence[FileInfo]) -> Json:
    """catalog.jsonld: a catalogue with one data set and a distribution for each file."""
    japanese = "http://id.loc.gov/vocabulary/iso639-1/ja"
    distributions = [
        (data_set.path.name, "SQLite", "application/vnd.sqlite3", data_set.path.stat().st_size, data_set.digest, "../"),
        *((file.path, file.title, _plain(file.media_type), file.size, file.sha256, "") for file in files),
    ]
    areas = [
        {"@id": f"#area-{plan['id']}", "@type": "dct:Location", "title": plan["municipality"],
         "identifier": plan["municipality_code"]}
        for plan in data_set.plans()
    ]  # fmt: skip
    start, end = _coverage(data_set, " ").split()
    publisher: Json = {"@id": "#publisher", "@type": "foaf:Agent", "name": data_set.publisher or data_set.author}
    if data_set.contact:
        publisher["mbox" if data_set.contact.startswith("mailto:") else "homepage"] = data_set.contact
    reports = [
        {"@id": f"#report-{plan['id']}", "@type": "dct:BibliographicResource", "title": plan["document_title"]}
        for plan in data_set.plans()
    ]
    return {
        "@context": _DCAT_CONTEXT,
        "@id": "#catalog",
        "@type": "dcat:Catalog",
        "title": data_set.title,
        "description": data_set.description,
        "language": japanese,
        "license": data_set.license_url,
        "publisher": publisher,
        "dataset": [
            {
                "@id": "#dataset",
                "@type": "dcat:Dataset",
                "title": data_set.title,
                "description": [data_set.description, *data_set.notes],
                "source": reports,
                "publisher": {"@id": "#publisher"},
                "issued": data_set.issued,
                "modified": data_set.changed,
                "version": data_set.version,
                "identifier": data_set.identifier,
                "keyword": [table.title for table in data_set.tables],
                "language": japanese,
                "license": data_set.license_url,
                "landingPage": "../data",
                "temporal": {
                    "@id": "#period", "@type": "dct:PeriodOfTime", "startDate": start, "endDate": end
                },
                "spatial": areas,
                "distribution": [_distribution(data_set, *parts) for parts in distributions],
            }
        ],
    }  # fmt: skip


def _distribution(
    data_set: DataSet, path: str, title: str, media_type: str, size: int, sha256: str, above: str
) -> Json:
    anchor = "#" + re.sub(r"[^A-Za-z0-9]+", "-", path)
    is_zip = media_type == "application/zip"
    return {
        "@id": anchor,
        "@type": "dcat:Distribution",
        "title": title,
        "accessURL": "../data",
        "downloadURL": above + path,
        ("packageFormat" if is_zip else "mediaType"): _MEDIA_TYPES + media_type,
        "byteSize": str(size),
        "license": data_set.license_url,
        "checksum": {
            "@id": f"{anchor}-checksum",
            "@type": "spdx:Checksum",
            "algorithm": "spdx:checksumAlgorithm_sha256",
            "checksumValue": sha256,
        },
    }


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


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0]


def _columns(table: TableInfo) -> Iterator[tuple[Column, Field]]:
    return zip(table.columns, table.fields, strict=True)


def _references(data_set: DataSet, table: TableInfo) -> Iterator[tuple[str, str, str]]:
    """Column, table and column of each reference to a published table."""
    published = {other.name for other in data_set.tables}
    for column in table.columns:
        if column.references and column.references[0] in published:
            yield column.name, *column.references


def _is_filled(data_set: DataSet, table: TableInfo, column: Column) -> bool:
    """Whether no cell may be empty: a CSV cannot tell a text without characters from none."""
    return column.required and column.name not in data_set.blank_columns(table)


def _coverage(data_set: DataSet, between: str) -> str:
    """First and last day of all plans; a fiscal year ends in March of the next year."""
    plans = data_set.plans()
    first = min(int(str(plan["start_fiscal_year"])) for plan in plans)
    last = max(int(str(plan["end_fiscal_year"])) for plan in plans)
    return f"{first}-{_APRIL}{between}{last + 1}-{_MARCH}"
