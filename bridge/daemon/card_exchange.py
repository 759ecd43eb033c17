"""From `[sync]` to the service that exchanges cards."""

from pathlib import Path

from bridge.config.model import Sync
from bridge.desk.programme import Programmes
from bridge.desk.settings import DeskSettings
from bridge.desk.sync.exporting import Exporter
from bridge.desk.sync.importing import Importer
from bridge.desk.sync.patience import Patience
from bridge.desk.sync.planning import Planner
from bridge.desk.sync.service import SyncService, Times
from bridge.pace import Pace
from bridge.ports import CardDirectory, CardListFile, Clock, Spawn


def sync_service(
    settings: Sync,
    desk: DeskSettings,
    directory: CardDirectory,
    programmes: Programmes,
    clock: Clock,
    spawn: Spawn,
) -> SyncService:
    patience = Patience(Pace())
    planner = Planner(
        programmes,
        desk,
        directory,
        _list_of(settings.export_from),
        Importer(directory, clock, patience),
        Exporter(directory, clock, patience),
    )
    return SyncService(Times(settings.every or None, settings.keep), planner, directory, clock, spawn)


def _list_of(path: Path | None) -> CardListFile | None:
    if path is None:
        return None
    from bridge.card_list import CardListPath  # noqa: PLC0415 - what few tills have

    return CardListPath(path)
