"""The words by which the parts of a document's text are found, so that the data can be compared with it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from keikaku.plan.field_types import Names, Text


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Sections(_Part):
    introduction: Text
    evaluations: Text
    measures: Text
    events: Text


class TableHeadings(_Part):
    evaluations: Annotated[list[Text], Field(min_length=3, max_length=3)]
    measures: Annotated[list[Text], Field(min_length=4, max_length=4)]
    years: Text


class ReportLayout(_Part):
    """`layout` of a document in plan.yml."""

    sections: Sections
    table_headings: TableHeadings
    passages: Annotated[Names, Field(min_length=1)]
    goals_until: Text
