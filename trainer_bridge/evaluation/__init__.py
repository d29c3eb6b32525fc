"""Sets that models are evaluated on, and the ways to evaluate on them."""
