"""The files of the invented plan, which has rows in every table."""

from pathlib import Path

import pytest

from keikaku.publish.catalogue.data_set import DataSet, read_data_set
from keikaku.publish.catalogue.whole_set import write_files
from tests.sites import ROOT, make_once


@pytest.fixture(scope="session")
def folder(database_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(place: Path) -> None:
        write_files(database_file, ROOT / "metadata.yml", place / "files", lambda _: None)

    return make_once(tmp_path_factory, "whole", make) / "files"


@pytest.fixture(scope="session")
def data_set(database_file: Path) -> DataSet:
    return read_data_set(database_file, ROOT / "metadata.yml")
