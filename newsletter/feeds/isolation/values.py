"""Results on their way out of a child: plain JSON, and back by the types that the function promises.

A child may have been taken over by what it read, so nothing that it answers is run, and nothing of a
type that was not promised gets through.
"""

import base64
import json
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Final, TypeAlias, Union, get_args, get_origin, get_type_hints

Build: TypeAlias = Callable[[Any], Any]
_PLAIN: Final = (str, bool, int, float, type(None))


class PromiseError(ValueError):
    """What came out of a child is not of the type that was promised."""


def dumped(value: object) -> bytes:
    """A result as JSON; raises TypeError for a type that has no form there."""
    text = json.dumps(_plain(value), ensure_ascii=False, check_circular=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def loaded(content: bytes, promised: Any) -> Any:
    """The result again, of just the type that was promised; raises PromiseError when it is not."""
    try:
        return builder(promised)(json.loads(content.decode("utf-8", "surrogatepass")))
    except (ValueError, RecursionError) as error:
        raise PromiseError(str(error)) from None


def _plain(value: object) -> object:
    """Tuples, records and the like as lists, in the order of their fields; the rest as JSON knows it."""
    if is_dataclass(value) and not isinstance(value, type):
        value = tuple(getattr(value, each.name) for each in fields(value))
    if isinstance(value, tuple | list | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, Enum):
        value = value.value
    elif isinstance(value, datetime):
        value = value.isoformat()
    elif isinstance(value, bytes):
        value = base64.b64encode(value).decode()
    if not isinstance(value, _PLAIN):
        raise TypeError(f"{type(value).__name__} has no form between processes")
    return value


@cache
def builder(promised: Any) -> Build:
    """What makes a value of a type out of JSON, or raises ValueError; TypeError for a type without a form there."""
    origin = get_origin(promised)
    if origin is not None:
        return _compound(origin, get_args(promised))
    if promised in _PLAIN:
        return _exactly(promised)
    if promised in _AS_TEXT:
        return _AS_TEXT[promised]
    if isinstance(promised, type) and issubclass(promised, Enum):
        return promised
    if isinstance(promised, type) and is_dataclass(promised):
        return _record(promised)
    raise TypeError(f"{promised} has no form between processes")


def _compound(origin: Any, arguments: tuple[Any, ...]) -> Build:
    if origin in {Union, types.UnionType}:
        return _optional(arguments)
    if origin in {tuple, list, frozenset}:
        return _sequence(origin, arguments)
    if origin is dict and arguments[0] is str:
        return _mapping(builder(arguments[1]))
    raise TypeError(f"{origin} of {arguments} has no form between processes")


def _exactly(promised: type) -> Build:
    def build(plain: Any) -> Any:
        if type(plain) is promised or (promised is float and type(plain) is int):
            return plain
        raise ValueError("not of the type that was promised")

    return build


def _optional(arguments: tuple[Any, ...]) -> Build:
    (promised,) = (each for each in arguments if each is not type(None))
    build = builder(promised)
    return lambda plain: None if plain is None else build(plain)


def _sequence(origin: type, arguments: tuple[Any, ...]) -> Build:
    if origin is tuple and arguments[-1] is not Ellipsis:
        builds = [builder(each) for each in arguments]
        return lambda plain: tuple(build(each) for build, each in zip(builds, _as_list(plain), strict=True))
    one = builder(arguments[0])
    return lambda plain: origin(one(each) for each in _as_list(plain))


def _mapping(one: Build) -> Build:
    def build(plain: Any) -> dict[str, Any]:
        if not isinstance(plain, dict):
            raise ValueError("not a mapping, as was promised")  # noqa: TRY004 - all that is amiss is one error
        return {name: one(each) for name, each in plain.items()}

    return build


def _record(promised: type) -> Build:
    hints = get_type_hints(promised)
    names = [each.name for each in fields(promised)]
    builds = [builder(hints[name]) for name in names]

    def build(plain: Any) -> Any:
        values = (build(each) for build, each in zip(builds, _as_list(plain), strict=True))
        return promised(**dict(zip(names, values, strict=True)))

    return build


def _as_list(plain: Any) -> list[Any]:
    if not isinstance(plain, list):
        raise ValueError("not a list, as was promised")  # noqa: TRY004 - all that is amiss is one error
    return plain


_AS_TEXT: Final[dict[Any, Build]] = {
    bytes: lambda plain: base64.b64decode(_exactly(str)(plain), validate=True),
    datetime: lambda plain: datetime.fromisoformat(_exactly(str)(plain)),
}
