"""That a folder is as it was published: MANIFEST with the SHA-256 of every file, and its Ed25519 signature by openssl.

`sha256sum -c MANIFEST` and `openssl pkeyutl -verify -rawin` alone check both.
"""

import subprocess
from pathlib import Path

from keikaku.files.digest import fingerprint
from keikaku.files.errors import FilesError
from keikaku.files.fixed_zip import FixedZip

MANIFEST, SIGNATURE, PUBLIC_KEY = "MANIFEST", "MANIFEST.sig", "public-key.pem"
PROOF = (MANIFEST, SIGNATURE, PUBLIC_KEY)


def read_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but those of the proof, by path and in its order."""
    paths = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    return {path: fingerprint(paths[path]) for path in sorted(paths) if path not in PROOF}


def write_manifest(folder: Path) -> int:
    """Returns how many files it names."""
    digests = read_digests(folder)
    lines = "".join(f"{digest}  {path}\n" for path, digest in digests.items())
    (folder / MANIFEST).write_text(lines, "utf-8", newline="\n")
    return len(digests)


def read_manifest(folder: Path) -> dict[str, str]:
    """SHA-256 by path, as MANIFEST tells; raises FilesError."""
    try:
        lines = (folder / MANIFEST).read_text("utf-8").splitlines()
        return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError) as error:
        raise FilesError(f"{folder / MANIFEST}: cannot be read: {error}") from error


def list_differences(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """A line for each path whose digest is another in `new`, or that only one of them has."""
    return [
        f"{path}: {'differs' if path in old and path in new else 'is missing' if path in old else 'is extra'}"
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    ]


def make_key(file: Path) -> str:
    """Write a private key that only its owner may read, and return the public one; raises FilesError where there is a file."""
    if file.exists():
        raise FilesError(f"{file}: is there already, and a key that is overwritten signs no more")
    key = _run("genpkey", "-algorithm", "ed25519")
    file.touch(0o600)
    file.write_bytes(key)
    return read_public_key(file)


def read_public_key(key: Path) -> str:
    """In Base64, as it stands in a PEM file between its two lines."""
    return "".join(_run("pkey", "-in", str(key), "-pubout").decode().splitlines()[1:-1])


def sign(folder: Path, key: Path, published: str | None) -> str:
    """Sign MANIFEST and return the public key; raises FilesError if a file is not as it says, or the key is not the published one."""
    faults = list_differences(read_manifest(folder), read_digests(folder))
    if faults:
        raise FilesError("\n".join(f"{folder}/{fault}" for fault in faults))
    public = read_public_key(key)
    if published and published != public:
        raise FilesError(f"{key}: its public key {public} is not the one that metadata.yml names, {published}")
    (folder / PUBLIC_KEY).write_bytes(_run("pkey", "-in", str(key), "-pubout"))
    _run(
        "pkeyutl", "-sign", "-inkey", str(key), "-rawin", "-in", str(folder / MANIFEST), "-out", str(folder / SIGNATURE)
    )
    return public


def write_archive(folder: Path, file: Path) -> None:
    """The folder as a ZIP whose bytes depend on its content alone; what is read first comes first."""
    with FixedZip(file, "w") as archive:
        for path in [*(name for name in PROOF if (folder / name).is_file()), *read_digests(folder)]:
            archive.write(folder / path, f"{folder.name}/{path}")


def _run(*arguments: str) -> bytes:
    try:
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout
    except OSError as error:
        raise FilesError(f"openssl is needed, version 3 or newer: {error}") from error
    except subprocess.CalledProcessError as error:
        raise FilesError(f"openssl {arguments[0]}: {error.stderr.decode(errors='replace').strip()}") from error
