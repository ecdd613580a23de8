"""The gateway: webhooks and sockets, inbox and outbox, worker, settings, composition root."""
