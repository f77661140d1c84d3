"""Words of metadata.yml that a plan may have its own for."""

from keikaku.publish.site_words import GENERAL, replace_words


def test_words_in_brackets_are_the_plans_and_other_brackets_stay() -> None:
    told = {"title": "〔施策〕の一覧", "description": "計画〔改訂版〕", "columns": ["〔目標・指標〕"]}
    replace_words(told, {**GENERAL, "施策": "事業"})
    assert told == {"title": "事業の一覧", "description": "計画〔改訂版〕", "columns": ["目標・指標"]}


def test_a_word_of_the_data_is_text_where_html_is_said() -> None:
    told = {"description_html": "<p>〔施策〕〔&lt;〕</p>", "description": "〔施策〕"}
    replace_words(told, {**GENERAL, "施策": "<b>"})
    assert told == {"description_html": "<p>&lt;b&gt;〔&lt;〕</p>", "description": "<b>"}
