"""What the tests stand on: real servers, started before Django reads its settings."""
