"""Makes the oracles and the forgeries next to the tests importable from them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
