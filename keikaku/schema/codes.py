"""The closed vocabularies of a plan, as codes.yml has them: (table, column) -> stored code -> Japanese word and meaning."""

from keikaku.files.beside import read_data

Terms = dict[str, tuple[str, str]]

CODES: dict[tuple[str, str], Terms] = {
    (table, column): {code: (word, meaning) for code, (word, meaning) in terms.items()}
    for table, columns in read_data(__file__, "codes.yml").items()
    for column, terms in columns.items()
}
