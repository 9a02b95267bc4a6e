"""The form that starts a training, on the page and in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ml.runtime import DEVICES
from tagger.models import ModelVersion
from tagger.registry.datasets import DataFolder, data_folders
from tagger.training.options import BLOCKS, LONGEST, Choices, presets

LARGEST_SEED = 2**31 - 1


class TrainingForm(forms.Form):
    """`MORE` are the settings that most people leave alone."""

    MORE = ("name", "preset", "block", "epochs", "device", "seed")

    base = forms.ModelChoiceField(
        ModelVersion.objects.defer("card"),
        required=False,
        label=_("Start from"),
        empty_label=_("scratch: a new network"),
        help_text=_("A trained model takes minutes to learn more; a new one takes hours or days."),
    )
    verdicts = forms.BooleanField(
        required=False,
        label=_("Learn from people's verdicts"),
        help_text=_("Accepted tags and rejected ones; what nobody has judged is left out."),
    )
    folder = forms.ChoiceField(
        required=False,
        label=_("Data set"),
        help_text=_("TONEMARK_TRAINING_DATA lists the folders there are."),
    )
    name = forms.CharField(
        required=False,
        max_length=90,
        label=_("Name"),
        help_text=_("Of the model version. Empty: that of the model it starts from, numbered."),
    )
    preset = forms.ChoiceField(required=False, label=_("Recipe"))
    block = forms.ChoiceField(
        required=False, label=_("Building block"), help_text=_("Of a new network only.")
    )
    epochs = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST,
        label=_("Epochs"),
        help_text=_("Empty: as many as the recipe says."),
    )
    device = forms.ChoiceField(label=_("Device"), choices=[(name, name) for name in DEVICES])
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_SEED,
        label=_("Seed"),
        help_text=_("The same seed, data and machine give the same model."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked anew for each form: settings and presets belong to the machine.
        folders = [(folder.name, _label(folder)) for folder in data_folders()]
        self.fields["folder"].choices = [("", _("none")), *folders]  # type: ignore[attr-defined]
        self._offer("preset", presets(), _("the one that suits"))
        self._offer("block", list(BLOCKS), _("that of the recipe"))

    def _offer(self, field: str, names: list[str], nothing: Any) -> None:
        self.fields[field].choices = [("", nothing), *((name, name) for name in names)]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, choices: Choices) -> TrainingForm:
        """The form as `choices` would fill it in."""
        return cls(initial=vars(choices))

    def chosen(self) -> Choices:
        values = self.cleaned_data
        return Choices(**(values | {"seed": values["seed"] or 0}))

    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.MORE]

    def more_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in self.MORE]

    def more_is_wrong(self) -> bool:
        return any(field.errors for field in self.more_fields())


def _label(folder: DataFolder) -> Any:
    return folder.name if folder.present else _("%(name)s (missing)") % {"name": folder.name}
