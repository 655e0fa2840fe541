"""What it does: arrays in, arrays out; simulator, enclosures, convex programs, files."""
