"""Ways to evaluate a model: one module each, found by name in `registry`."""
