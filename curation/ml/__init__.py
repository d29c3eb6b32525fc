"""Model work on preference data. Plain Python plus the model libraries: no Django, so it runs on any GPU node."""
