"""The Zalo Official Account channel (docs/channels.md)."""

from connectors.zalo.channel import ZaloChannel
from connectors.zalo.settings import ZaloSettings, load_zalo_settings

__all__ = ["ZaloChannel", "ZaloSettings", "load_zalo_settings"]
