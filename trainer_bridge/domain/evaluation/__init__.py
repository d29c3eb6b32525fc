"""What scores, margins and verdicts on benchmarks mean: pure functions with golden numbers (METHODS §18)."""
