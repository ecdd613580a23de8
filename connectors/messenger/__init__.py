"""Facebook Messenger: webhook, Send API, profile and conversation routing of one Page."""

from connectors.messenger.channel import MessengerChannel
from connectors.messenger.settings import MessengerSettings, load_messenger_settings

__all__ = ["MessengerChannel", "MessengerSettings", "load_messenger_settings"]
