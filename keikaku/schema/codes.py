"""The closed vocabularies of a plan, as codes.yml has them: (table, column) -> stored code -> Japanese word and meaning."""

from pathlib import Path

import yaml

Terms = dict[str, tuple[str, str]]

_BY_TABLE = yaml.load(Path(__file__).with_name("codes.yml").read_text("utf-8"), Loader=yaml.CSafeLoader)
CODES: dict[tuple[str, str], Terms] = {
    (table, column): {code: (word, meaning) for code, (word, meaning) in terms.items()}
    for table, columns in _BY_TABLE.items()
    for column, terms in columns.items()
}
