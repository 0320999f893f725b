"""Errors carry what a face needs; the kernel's sentences all have their Chinese."""

import ast
from pathlib import Path

import pytest

from linli.kernel import errors

KERNEL = Path(errors.__file__).parent


class Lazy:
    """A sentence that is translated when it is shown."""

    language = "en"

    def __str__(self) -> str:
        return {"en": "Not allowed", "zh": "不允许"}[self.language]


@pytest.mark.parametrize(
    "kind", [errors.InvalidInput, errors.Forbidden, errors.NotFound, errors.Conflict, errors.WrongState]
)
def test_an_error_carries_message_code_detail_and_what_was_kept(kind):
    wrong = kind("No", code="no", detail={"limit": 3}, kept="The photo was kept.")
    assert isinstance(wrong, errors.LinliError)
    assert (str(wrong), wrong.code, wrong.detail, wrong.kept) == ("No", "no", {"limit": 3}, "The photo was kept.")


def test_a_lazy_message_is_translated_when_shown():
    message = Lazy()
    wrong = errors.Forbidden(message, code="no")
    message.language = "zh"
    assert str(wrong) == "不允许"
    assert (wrong.detail, wrong.kept) == (None, None)


def sentences() -> set[str]:
    found = set()
    for path in KERNEL.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gettext_noop":
                found.add(ast.literal_eval(node.args[0]))
    return found


def test_every_sentence_of_the_kernel_has_its_chinese():
    polib = pytest.importorskip("polib")
    catalogue = polib.pofile(str(KERNEL / "locale/zh_Hans/LC_MESSAGES/django.po"))
    translated = {entry.msgid for entry in catalogue if entry.translated()}
    assert len(sentences()) >= 9
    assert sentences() - translated == set()
    assert translated - sentences() == set()
