"""The four checkers, one for each kind of evidence; none of them trusts another."""
