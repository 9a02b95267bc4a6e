"""What became of many tracks, in a sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tagger.library.bulk_actions import BulkAction, action_of
from tagger.models import Job


def nothing_left(action: BulkAction) -> str:
    if action == BulkAction.RESTORE:
        return _("None of those tracks is in the Trash any more.")
    return _("Nothing of that stands any more.")


def outcome(job: Job) -> str:
    tally = job.result
    said = [_changed(job, tally.get("changed", 0))]
    if unchanged := tally.get("unchanged", 0):
        sentence = ngettext("%d was so already.", "%d were so already.", unchanged)
        said.append(sentence % unchanged)
    if failed := tally.get("failed", 0):
        sentence = ngettext("%d could not be changed.", "%d could not be changed.", failed)
        said.append(sentence % failed)
    return " ".join(said)


def title(job: Job) -> str:
    """What a job works on, as its owner would name it."""
    if job.kind != Job.Kind.BULK:
        return job.track.title if job.track else str(job.get_kind_display())
    action, tag = action_of(job), job.details.get("tag")
    label = action.label if action else job.get_kind_display()
    return f"{label}: {tag}" if tag else str(label)


def _changed(job: Job, count: int) -> str:
    tag = job.details.get("tag", "")
    match action_of(job):
        case BulkAction.ACCEPT:
            said = ngettext(
                "%(tag)s accepted on %(n)d track.", "%(tag)s accepted on %(n)d tracks.", count
            )
        case BulkAction.REJECT:
            said = ngettext(
                "%(tag)s rejected on %(n)d track.", "%(tag)s rejected on %(n)d tracks.", count
            )
        case BulkAction.UNDO:
            said = _undone(tag, job.details.get("target", ""), count)
        case BulkAction.REREAD:
            said = ngettext(
                "The words of %(n)d track are read anew.",
                "The words of %(n)d tracks are read anew.",
                count,
            )
        case action:
            said = _as_a_whole(action, count)
    return said % {"n": count, "tag": tag}


def _as_a_whole(action: BulkAction | None, count: int) -> str:
    match action:
        case BulkAction.MOVE:
            return ngettext("%(n)d track moved.", "%(n)d tracks moved.", count)
        case BulkAction.REANALYSE:
            return ngettext("%(n)d track is queued.", "%(n)d tracks are queued.", count)
        case BulkAction.DELETE:
            return ngettext("%(n)d track deleted.", "%(n)d tracks deleted.", count)
        case BulkAction.RESTORE:
            return ngettext("%(n)d track restored.", "%(n)d tracks restored.", count)
        case BulkAction.PURGE:
            return ngettext("%(n)d track gone for good.", "%(n)d tracks gone for good.", count)
    return ngettext("%(n)d track changed.", "%(n)d tracks changed.", count)


def _undone(tag: str, target: str, count: int) -> str:
    if target:
        return ngettext(
            "%(n)d track is back in its library.", "%(n)d tracks are back in their library.", count
        )
    if tag:
        return ngettext(
            "%(tag)s is as it was on %(n)d track.", "%(tag)s is as it was on %(n)d tracks.", count
        )
    return ngettext(
        "%(n)d track is called as it was.", "%(n)d tracks are called as they were.", count
    )
