"""Datasets: importing, reading, queueing for annotation and folding votes back."""
