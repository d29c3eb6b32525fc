"""What `./run` does, in small standard-library modules: it must work before anything is installed."""
