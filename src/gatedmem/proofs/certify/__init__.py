"""Making certificates for a user's own memories: floating point proposes, the independent checker decides."""
