"""The table of everything that can go wrong: a problem's `type` names one of these for ever."""

from __future__ import annotations

from dataclasses import dataclass

from ml.audio import taggable


@dataclass(frozen=True)
class ProblemType:
    slug: str
    status: int
    title: str
    meaning: str


_TABLE = (
    ProblemType(
        "invalid",
        400,
        "The request holds values that cannot be used",
        "`errors` names each field (`pointer`) or query parameter (`parameter`) at fault.",
    ),
    ProblemType(
        "unknown-parameter",
        400,
        "Unknown query parameter",
        "`errors` names the parameters this address does not know; the detail lists those it does.",
    ),
    ProblemType(
        "malformed", 400, "The request cannot be read", "The body is not what its header says."
    ),
    ProblemType(
        "not-authenticated",
        401,
        "Sign in first",
        "Send `Authorization: Bearer TOKEN`, or use the session of the web page.",
    ),
    ProblemType(
        "invalid-token",
        401,
        "The token is not valid",
        "It is unknown, expired or revoked, or its owner may not sign in any more.",
    ),
    ProblemType("forbidden", 403, "Not allowed", "You are known, and this is not allowed to you."),
    ProblemType(
        "limited-token",
        403,
        "This token may only act in one library",
        "The address is about an account or the whole installation.",
    ),
    ProblemType(
        "read-only-token",
        403,
        "The token may only read",
        "Make a token with the scope `write` to change anything.",
    ),
    ProblemType(
        "not-found",
        404,
        "Not found",
        "There is nothing at this address, or it belongs to somebody else.",
    ),
    ProblemType(
        "not-analysed",
        404,
        "Not heard yet",
        "The track has not been heard by any model. Its jobs say how far it is.",
    ),
    ProblemType(
        "not-drawn",
        404,
        "Not drawn yet",
        "The spectrogram is drawn when it is first asked for: send a `POST` to this address.",
    ),
    ProblemType(
        "folder-refused",
        422,
        "The folder cannot be added",
        "Folders are read below those that the operator has allowed (TONEMARK_FOLDERS), and each "
        "part of the disk once.",
    ),
    ProblemType(
        "not-writable",
        409,
        "The folder is not opened for writing",
        "Make it `writable` and choose `write_fields` first.",
    ),
    ProblemType(
        "no-cover",
        404,
        "No cover",
        "Neither the file nor the folder that it came from has a picture of the album.",
    ),
    ProblemType(
        "library-refused",
        409,
        "The library cannot be like this",
        "It holds tracks, nobody would keep it, or there are as many as there may be.",
    ),
    ProblemType(
        "no-map",
        404,
        "The map is not drawn yet",
        "It is drawn when it is first asked for: send a `POST` to this address.",
    ),
    ProblemType(
        "no-corrections",
        404,
        "No tag has been judged",
        "Accept or reject tags first: the data set holds the tracks you have judged.",
    ),
    ProblemType(
        "file-missing",
        404,
        "The stored file is missing",
        "The row of the track exists, its file does not. Restore it from a backup.",
    ),
    ProblemType(
        "method-not-allowed", 405, "Method not allowed", "The header `Allow` lists those that are."
    ),
    ProblemType(
        "job-state",
        409,
        "The job's state does not allow this",
        "Only failed and cancelled jobs can be retried.",
    ),
    ProblemType(
        "webhook-state",
        409,
        "The webhook's state does not allow this",
        "It is switched off, or there are as many as there may be.",
    ),
    ProblemType(
        "view-refused",
        409,
        "The view cannot be kept",
        "Its name is taken, or there are as many views as there may be.",
    ),
    ProblemType(
        "nothing-selected",
        409,
        "No track is selected",
        "Nothing in the library, or in the Trash, is meant by `ids`, `query` or `deletion`.",
    ),
    ProblemType(
        "upload-offset",
        409,
        "The upload goes on elsewhere",
        "`Upload-Offset` is not where the upload stands. Ask with HEAD, then go on from there.",
    ),
    ProblemType(
        "upload-limit",
        409,
        "Too many unfinished uploads",
        "Finish or delete some of those you have begun; they also end by themselves.",
    ),
    ProblemType(
        "training-runs",
        409,
        "Another training is under way",
        "One runs at a time. `training` names it: wait for its end, or cancel it.",
    ),
    ProblemType(
        "tag-refused",
        409,
        "The vocabulary does not allow this",
        "The name is taken or unusable, or the tag is in use. The detail says which.",
    ),
    ProblemType(
        "training-refused",
        422,
        "There is nothing to start",
        "Nothing to learn from, data that is missing, or choices that contradict each other. The "
        "detail says which, and what to do.",
    ),
    ProblemType(
        "idempotency-key-in-use",
        409,
        "The first request with this key is not answered yet",
        "Send the same request again a little later, with the same key.",
    ),
    ProblemType(
        "promotion-refused",
        409,
        "The gate has concerns about this model",
        "`concerns` lists them. Send a `reason` to make it active all the same; it is logged.",
    ),
    ProblemType(
        "nothing-to-go-back-to",
        409,
        "There is no roll back from here",
        "The model is not the active one any more, or none was active before it.",
    ),
    ProblemType(
        "nothing-to-hear",
        409,
        "There is nothing to hear",
        "The model has heard all of these tracks, or no model is active.",
    ),
    ProblemType(
        "nothing-to-compare",
        409,
        "There is nothing to compare with",
        "No model is active, or this is the active one.",
    ),
    ProblemType(
        "evaluation-refused",
        409,
        "The two models cannot be judged together",
        "This is the active model, or the server knows no such data set to judge by. The detail "
        "says which.",
    ),
    ProblemType(
        "model-in-use",
        409,
        "The model is needed",
        "It is active, a job works with it, tracks show its tags, or this release ships it. The "
        "detail says which, and what to do first.",
    ),
    ProblemType(
        "precondition-failed",
        412,
        "It has changed since",
        "`If-Match` named another state. Read it again, then decide whether the change still fits.",
    ),
    ProblemType(
        "tus-version",
        412,
        "Another version of tus is spoken here",
        "Send `Tus-Resumable: 1.0.0`.",
    ),
    ProblemType(
        "too-large",
        413,
        "The file is too large",
        "`limit` is the number of bytes that are accepted.",
    ),
    ProblemType(
        "quota-exceeded",
        413,
        "There is no room for the file",
        "The person's files, those in the Trash included, would take more than each may keep. "
        "`/me/` says how much is used.",
    ),
    ProblemType(
        "unsupported-media-type",
        415,
        "Unsupported content type",
        "Uploads are multipart/form-data, parts of one application/offset+octet-stream; "
        "everything else is application/json.",
    ),
    ProblemType(
        "not-audio",
        415,
        "The file is not audio",
        "Its content is none of the formats that can be read, whatever its name says.",
    ),
    ProblemType("no-audio-stream", 415, "The file holds no audio", "A picture or a mute film."),
    ProblemType(
        "unsupported-codec", 415, "The codec is not supported", "Convert the file to FLAC or MP3."
    ),
    ProblemType(
        "range-not-satisfiable",
        416,
        "The range lies outside of the file",
        "`Content-Range` gives the size.",
    ),
    ProblemType(
        "no-place-for-tags",
        422,
        "Tags cannot be written into this file",
        f"Copies of {taggable()} files can carry them.",
    ),
    ProblemType("empty", 422, "The file is empty", "It has no bytes, or no sound."),
    ProblemType("damaged", 422, "The file is damaged", "It is audio, but it cannot be decoded."),
    ProblemType(
        "unsupported-rate", 422, "The sample rate cannot be used", "Resample to 44,100 Hz."
    ),
    ProblemType(
        "unsupported-channels", 422, "Too many channels", "Mix the file down to fewer channels."
    ),
    ProblemType("too-long", 422, "The recording is too long", "The detail gives the limit."),
    ProblemType(
        "package-refused",
        422,
        "The file is no package of a model",
        "The detail says what is wrong with it. Nothing of it has been kept.",
    ),
    ProblemType(
        "idempotency-key-reused",
        422,
        "The key belongs to another request",
        "A key stands for one request: same address, same file, same words. Take a new one.",
    ),
    ProblemType(
        "upload-locked",
        423,
        "Another part of this upload is just arriving",
        "Wait for it, or for its connection to end; then ask with HEAD and go on.",
    ),
    ProblemType("throttled", 429, "Too many requests", "`Retry-After` gives the seconds to wait."),
    ProblemType(
        "checksum-mismatch",
        460,
        "The part was damaged on its way",
        "Its checksum is another than `Upload-Checksum` says. Nothing was kept: send it again.",
    ),
    ProblemType(
        "internal",
        500,
        "Something went wrong here",
        "The fault is ours. The log has the trace under `request_id`.",
    ),
    ProblemType(
        "unavailable",
        503,
        "Not now",
        "Something that is needed is away or was just restarted. Nothing was kept: send it again.",
    ),
    ProblemType(
        "storage-full",
        507,
        "The disk is full",
        "Nothing of the file was kept. Send it again once there is room.",
    ),
)

PROBLEM_TYPES = {problem.slug: problem for problem in _TABLE}
