"""The papers' experiments at full size: figures, labelled arrays, and a verdict on every empirical claim."""
