"""``python -m gatedmem``."""

from gatedmem.cli import main

main()
