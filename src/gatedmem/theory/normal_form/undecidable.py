"""What is raised where the normal form cannot be computed."""


class Undecidable(Exception):
    """The normal form cannot be computed: a division or a logarithm whose argument may vanish, a bad range."""
