"""From evidence to the book: one page per statement, one per family, the overview, and what was measured.

The pages are MyST, written into ``docs/_generated`` and never kept under version control; hand-written chapters and
prose proofs stand beside them. Every status on a page is the one in the record it was made from.
"""
