"""The presets' documentation pages are those that the presets make."""

import pytest
from django.core.management import call_command

from tickets.helpdesks.options import rest_options
from tickets.helpdesks.preset_page import preset_page
from tickets.helpdesks.presets import PRESETS


def test_every_page_is_up_to_date() -> None:
    call_command("preset_pages", check=True)


@pytest.mark.parametrize("kind", PRESETS)
def test_every_preset_is_valid_and_says_what_it_needs(kind: str) -> None:
    preset = PRESETS[kind]
    options = {each.name: each.default or each.example for each in preset.variables}
    for variable in preset.variables:
        variable.check(options[variable.name])
    rest_options(kind, options)
    page = preset_page(preset)
    assert preset.key_help in page
    for text in (preset.key_help, preset.rights, preset.reads, preset.deletes, preset.requests):
        assert text.endswith("."), text


@pytest.mark.parametrize("kind", PRESETS)
def test_a_missing_variable_is_named(kind: str) -> None:
    needed = [each for each in PRESETS[kind].variables if not each.default]
    for variable in needed:
        options = {each.name: each.example for each in PRESETS[kind].variables if each is not variable}
        with pytest.raises(ValueError, match=f"{variable.name}: is missing"):
            rest_options(kind, options)
