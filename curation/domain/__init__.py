"""Pure Python of this room: no Django, no database."""
