"""The commands of ``gatedmem``, one module for each group of them; ``gatedmem.cli`` gathers them."""
