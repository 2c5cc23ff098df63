"""Ready mappings for CRMs' exports. To be written by its owner; this file only keeps the others importing.

Import TableMapping from data_sources.mapping (config imports this module); TableMapping.when is there already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from data_sources.mapping import TableMapping

PRESETS: Final[Mapping[str, Mapping[str, TableMapping]]] = {}
