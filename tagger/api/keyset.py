"""Pages by key: the next page begins after the last row's own values, so no row is skipped or seen
twice while others come and go, and page 10,000 costs what page 1 does.

Null values sort last, as the library's orderings say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy


@dataclass(frozen=True)
class Key:
    name: str
    descending: bool
    nullable: bool

    def order(self, *, backward: bool) -> OrderBy:
        descending = self.descending != backward
        nulls: dict[str, Any] = {"nulls_first" if backward else "nulls_last": True}
        return OrderBy(F(self.name), descending=descending, **(nulls if self.nullable else {}))

    def after(self, value: Any, *, backward: bool) -> Q | None:
        """What comes strictly after `value`; None when nothing does."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backward else None
        lookup = "lt" if self.descending != backward else "gt"
        later = Q(**{f"{self.name}__{lookup}": value})
        if self.nullable and not backward:
            later |= Q(**{f"{self.name}__isnull": True})
        return later

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True} if value is None else {self.name: value})


def keys_of(rows: QuerySet[Any]) -> list[Key]:
    """The queryset's ordering, which must end with something unique."""
    return [_key(rows, term) for term in rows.query.order_by or rows.model._meta.ordering]


def _key(rows: QuerySet[Any], term: Any) -> Key:
    if isinstance(term, OrderBy):
        name, descending = cast(Any, term.expression).name, term.descending
    else:
        name, descending = term.removeprefix("-"), term.startswith("-")
    computed = name in rows.query.annotations
    return Key(name, descending, computed or rows.model._meta.get_field(name).null)


def ordered(rows: QuerySet[Any], keys: Sequence[Key], *, backward: bool) -> QuerySet[Any]:
    return rows.order_by(*(key.order(backward=backward) for key in keys))


def position(row: Model, keys: Sequence[Key]) -> list[Any]:
    return [getattr(row, key.name) for key in keys]


def beyond(keys: Sequence[Key], values: Sequence[Any], *, backward: bool) -> Q:
    """The rows after this position, in the order of the keys."""
    condition = Q(pk__in=[])
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        later = key.after(value, backward=backward)
        if later is not None:
            condition |= equal & later
        equal &= key.same(value)
    return _bound(keys[0], values[0], backward=backward) & condition


def _bound(key: Key, value: Any, *, backward: bool) -> Q:
    """Said once more for the first key alone, so that an index can seek instead of scan."""
    later = key.after(value, backward=backward)
    return Q() if key.nullable or later is None else later | key.same(value)
