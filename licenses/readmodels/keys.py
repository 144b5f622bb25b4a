"""One row by its key."""

from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import QuerySet

from portal.kernel.errors import NotFound

Row = TypeVar("Row", bound=models.Model)


def one(rows: QuerySet[Row], **lookup: Any) -> Row:
    """The one row of `lookup`. Raises NotFound for unknown, foreign and impossible keys alike."""
    try:
        return rows.get(**lookup)
    except (ObjectDoesNotExist, ValidationError, ValueError):
        raise NotFound() from None
