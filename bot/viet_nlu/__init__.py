"""Vietnamese understanding: pure text functions, and the Rasa components built on them."""
