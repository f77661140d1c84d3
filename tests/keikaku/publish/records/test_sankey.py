"""The picture of flows: nothing is lost, nothing overlaps."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from keikaku.publish.records.sankey import draw_sankey

FLOWS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("vwxyz"), st.integers(0, 40)),
    unique_by=lambda flow: flow[:2],
    max_size=25,
)


@given(FLOWS)
def test_counts_are_kept_and_nodes_never_touch(flows):
    picture = draw_sankey(flows, 700, 100, 150)
    total = sum(count for *_, count in flows)
    for nodes in (picture.sources, picture.targets):
        assert sum(node.count for node in nodes) == total
        assert all(one.y + one.height < other.y for one, other in pairwise(nodes))
        assert all(node.y + node.height <= picture.height for node in nodes)
    assert sum(band.count for band in picture.bands) == total
    assert all(picture.targets[band.target].label == band.target_label for band in picture.bands)


def test_columns_leave_room_for_labels():
    picture = draw_sankey([("a", "x", 3), ("b", "x", 1)], 700, 100, 150)
    assert {node.x for node in picture.sources} == {100}
    assert {node.x + node.width for node in picture.targets} == {550}
    assert [node.label for node in picture.sources] == ["a", "b"]


def test_no_flow_is_an_empty_picture():
    picture = draw_sankey([("a", "x", 0)], 700, 100, 150)
    assert (picture.height, picture.bands) == (0, ())
