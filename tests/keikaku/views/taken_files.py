"""Files as a visitor takes and opens them."""

import csv
import io
from typing import Any
from urllib.parse import quote

import httpx
import openpyxl
from datasette.app import Datasette

KINDS = ("csv", "excel.csv", "xlsx")


def read_csv(response: httpx.Response) -> list[list[str]]:
    encoding = "utf-8-sig" if response.content.startswith(b"\xef\xbb\xbf") else "utf-8"
    return list(csv.reader(io.StringIO(response.content.decode(encoding), newline="")))


def read_sheets(response: httpx.Response) -> list[list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets]


async def get(datasette: Datasette, path: str, **headers: str) -> httpx.Response:
    response: httpx.Response = await datasette.client.get(quote(path, safe="/?&=.+_%:"), headers=headers)
    return response
