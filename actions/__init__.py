"""Actions: one module a topic, run by Rasa through the action server."""
