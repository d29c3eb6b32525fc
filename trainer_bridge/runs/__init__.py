"""How a run is prepared, watched and told to people."""
