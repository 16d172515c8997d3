"""HAProxy takes lines apart as `aqueduct.model.words` does."""

import subprocess
from pathlib import Path

from tests.unit.model.lines import SPLITS

# HAProxy puts variables in their places, and does not see empty words.
COMPARABLE = [(line, words) for line, words in SPLITS if words and words[0] and "$HOME" not in line]


def test_haproxy_splits_the_same_way(haproxy_binary: Path, tmp_path: Path) -> None:
    """HAProxy names the first word that `maxconn 1` cannot take."""
    lines = "".join(f" maxconn 1 {line}\n" for line, _ in COMPARABLE)
    config = tmp_path / "cfg"
    config.write_text(f"global\n httpclient.ssl.verify none\n{lines}", newline="")
    told = subprocess.run([str(haproxy_binary), "-c", "-f", str(config)], capture_output=True, check=False)
    for number, (_, words) in enumerate(COMPARABLE, 3):
        refusal = f"cfg:{number}] : 'maxconn' cannot handle unexpected argument '{words[0]}'"
        assert refusal in told.stderr.decode()
