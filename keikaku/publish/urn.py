"""Names that stay the same wherever a site moves."""

from uuid import NAMESPACE_OID, uuid5


def make_urn(name: str) -> str:
    """The same for the same name, everywhere and for ever."""
    return uuid5(NAMESPACE_OID, f"keikaku:{name}").urn
