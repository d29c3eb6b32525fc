"""Backends that answer a judge's calls: a local language model, or an OpenAI-compatible endpoint. No Django."""
