from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Compressed files under hashed names, also where one script of ours imports another.

    Otherwise a browser would mix a new script with old modules it has kept.
    """

    support_js_module_import_aggregation = True
    # Only ours: scripts of packages mention imports, in comments, of files that are not there.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
