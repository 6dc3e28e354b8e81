"""The test vectors of schema/vectors, for those who throw them at a broker."""

import json

from palabre_harness import PROJECT


def vectors(name: str) -> list[dict]:
    return json.loads((PROJECT / "schema" / "vectors" / f"{name}.json").read_text())


def bytes_of(vector: dict) -> bytes:
    """Blanks separate runs of hexadecimal digits, and `61*16385` repeats a run."""
    runs = (run.partition("*") for run in vector["hex"].split())
    return b"".join(bytes.fromhex(digits) * int(times or 1) for digits, _, times in runs)
