"""What is computed from judges' answers: verdicts, scores, trust and biases. Pure Python and numpy."""
