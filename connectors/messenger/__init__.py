"""Facebook Messenger: webhook, Send API, profile and conversation routing of one Page."""
