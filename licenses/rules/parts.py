"""Kinds of parts and what follows from them (rules P3, V4, V6; classification of section 8)."""

from enum import StrEnum


class PartKind(StrEnum):
    """What a part number buys, named as in the parts list."""

    LICENSE = "LICENSE_PLUS_S&S"
    TRADE_UP = "TRADE_UP"
    RENEWAL = "S&S_RENEWAL"
    REINSTATEMENT = "S&S_REINSTATEMENT"
    EXTENDED_SUPPORT = "EXTENDED_SUPPORT"
    ADVANCED_SUPPORT = "ADVANCED_SUPPORT"
    APPLIANCE = "APPLIANCE"
    APPLIANCE_RENEWAL = "APPLIANCE_RENEWAL"
    APPLIANCE_SERVICE = "APPLIANCE_SERVICE"
    MONTHLY_LICENSE = "MONTHLY_LICENSE"
    COMMITTED_TERM = "COMMITTED_TERM_LICENSE"
    SUBSCRIPTION = "SUBSCRIPTION_LICENSE"
    SAAS = "SAAS"
    MEDIA = "MEDIA_IMAGE"
    OTHER = "OTHER"


PERPETUAL_KINDS = frozenset({PartKind.LICENSE, PartKind.TRADE_UP})
"""Licenses that S&S renewals follow."""

TERM_KINDS = frozenset({PartKind.MONTHLY_LICENSE, PartKind.COMMITTED_TERM, PartKind.SUBSCRIPTION, PartKind.SAAS})
"""Licenses for a time: a rep looks at their move (rule V6)."""

SILENT_KINDS = frozenset({PartKind.MEDIA, PartKind.OTHER})
"""Parts that earn no points (rule P3)."""

_PHRASES: tuple[tuple[tuple[str, ...], PartKind], ...] = (
    (("reinstatement",), PartKind.REINSTATEMENT),
    (("trade up",), PartKind.TRADE_UP),
    (("extended support",), PartKind.EXTENDED_SUPPORT),
    (("advanced support",), PartKind.ADVANCED_SUPPORT),
    (("appliance", "renewal"), PartKind.APPLIANCE_RENEWAL),
    (("appliance", "service"), PartKind.APPLIANCE_SERVICE),
    (("renewal",), PartKind.RENEWAL),
    (("monthly license",), PartKind.MONTHLY_LICENSE),
    (("committed term",), PartKind.COMMITTED_TERM),
    (("subscription license",), PartKind.SUBSCRIPTION),
    (("license + sw subscription & support",), PartKind.LICENSE),
    (("license + sw s&s",), PartKind.LICENSE),
)


def earns_points(kind: str) -> bool:
    """Whether orders of parts of this kind earn points under an Agreement (rule P3)."""
    return kind not in SILENT_KINDS


def classify(description: str, part_number: str = "") -> PartKind:
    """The kind that a description names, in the order of section 8; a number that begins with C is an image."""
    text = " ".join(description.casefold().replace("licence", "license").replace("-", " ").split())
    for words, kind in _PHRASES:
        if _in_order(words, text):
            return kind
    return PartKind.MEDIA if part_number.startswith("C") else PartKind.OTHER


def _in_order(words: tuple[str, ...], text: str) -> bool:
    at = 0
    for word in words:
        found = text.find(word, at)
        if found < 0:
            return False
        at = found + len(word)
    return True
