"""``python -m actions``: serve the actions."""

from actions.server import main

main()
