"""What can be said about a text without a model server: pure Python and numpy, no Django, no torch."""
