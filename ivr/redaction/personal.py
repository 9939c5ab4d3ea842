"""What an operator may have taken out besides secrets: names and addresses of people."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ivr.redaction.addresses import addresses_in, asks_for_address
from ivr.redaction.names import again, asks_for_name, names_in
from ivr.redaction.spans import Span, merged, overlap

Finder = Callable[[str], Iterable[Span]]


@dataclass(frozen=True, slots=True)
class Personal:
    """`names`, `addresses`: whether they are taken out. `known`: names of people of this call, as a ledger has them.
    `finder`: somebody else's search, whose finds are taken out whatever their kind."""

    names: bool = False
    addresses: bool = False
    known: tuple[str, ...] = ()
    finder: Finder | None = None

    def __bool__(self) -> bool:
        return self.names or self.addresses or self.finder is not None


def personal_spans(texts: Sequence[tuple[str, str]], personal: Personal) -> list[list[Span]]:
    """What is personal in each of the lines (speaker, text) of one conversation, in order."""
    found = [_of_line(texts, at, personal) for at in range(len(texts))]
    if personal.names:
        told = [text[span.start : span.end] for (_, text), spans in zip(texts, found, strict=True)
                for span in spans if span.kind == "name"]  # fmt: skip
        for (_, text), spans in zip(texts, found, strict=True):
            spans += again(text, (*personal.known, *told))
    return [merged(spans) for spans in found]


def besides(spans: Sequence[Span], more: Iterable[Span]) -> list[Span]:
    """The `spans`, and those of `more` that meet none of them, in order."""
    free = [span for span in more if not any(overlap(span, other) for other in spans)]
    return sorted([*spans, *free], key=lambda span: span.start)


def _of_line(texts: Sequence[tuple[str, str]], at: int, personal: Personal) -> list[Span]:
    speaker, text = texts[at]
    asker, question = texts[at - 1] if at else (speaker, "")
    answers = asker != speaker
    return [*_searched(text, answers and asks_for_name(question), answers and asks_for_address(question), personal)]


def _searched(text: str, name_asked: bool, address_asked: bool, personal: Personal) -> Iterator[Span]:
    if personal.names:
        yield from names_in(text, name_asked)
    if personal.addresses:
        yield from addresses_in(text, address_asked)
    if personal.finder is not None:
        yield from personal.finder(text)
