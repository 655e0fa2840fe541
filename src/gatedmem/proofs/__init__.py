"""Why it holds: the ledger, the four checkers, certificates, falsifiers and the Rocq sources."""
