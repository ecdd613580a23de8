"""Zalo's events by name, as their page lists them, and what each means to us."""

from __future__ import annotations

from connectors.events import EventKind

USER_MESSAGES = frozenset(
    f"user_send_{kind}"
    for kind in ("text", "image", "gif", "link", "audio", "video", "sticker", "location", "file", "business_card")
)
ANONYMOUS_MESSAGES = frozenset(f"anonymous_send_{kind}" for kind in ("text", "image", "file", "sticker"))
ECHOES = frozenset(f"oa_send_{kind}" for kind in ("text", "image", "gif", "list", "file", "sticker", "template")) | {
    f"oa_send_anonymous_{kind}" for kind in ("text", "image", "file", "sticker")
}
_GROUP_KINDS = ("text", "image", "link", "audio", "video", "business_card", "sticker", "gif", "file")
GROUPS = (
    {f"user_send_group_{kind}" for kind in _GROUP_KINDS}
    | {f"oa_send_group_{kind}" for kind in _GROUP_KINDS}
    | {"create_group", "user_join_group", "user_request_join_group", "accept_request_join_group",
       "reject_request_join_group", "add_group_admin", "remove_group_admin", "update_group_info", "user_out_group",
       "delete_group"}
)  # fmt: skip
ADMIN = frozenset({
    "change_template_status", "change_template_quality", "change_oa_daily_quota", "change_oa_template_tags",
    "event_journey_acknowledged", "event_journey_time_out", "add_user_to_tag", "remove_user_from_tag", "remove_tag",
    "extension_purchased", "widget_failed_to_sync_user_external_id",
})  # fmt: skip
KINDS: dict[str, EventKind] = {
    "follow": EventKind.FOLLOW,
    "unfollow": EventKind.UNFOLLOW,
    "user_click_chatnow": EventKind.CONTACT,
    "user_call_oa": EventKind.CONTACT,
    "widget_interaction_accepted": EventKind.CONTACT,
    "user_submit_info": EventKind.INFO,
    "update_user_info": EventKind.OTHER,
    "user_withdraw": EventKind.WITHDRAW,
    "user_received_message": EventKind.DELIVERED,
    "user_seen_message": EventKind.SEEN,
    "user_reacted_message": EventKind.REACTION,
    "oa_reacted_message": EventKind.REACTION,
    "user_feedback": EventKind.FEEDBACK,
    "user_click_response_button": EventKind.CONTACT,
    "oa_send_consent": EventKind.OTHER,
    "user_reply_consent": EventKind.OTHER,
    "oa_call_user": EventKind.OTHER,
    **dict.fromkeys(ADMIN, EventKind.ADMIN),
    **dict.fromkeys(GROUPS, EventKind.GROUP),
    **dict.fromkeys(ECHOES, EventKind.ECHO),
}
# Events that begin a conversation: the citizen is greeted, and told that the assistant is automatic.
GREETED = frozenset({"follow", "user_click_chatnow"})
