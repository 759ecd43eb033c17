"""The page's words in Russian and English."""

from collections.abc import Callable, Mapping

LANGUAGES = ("ru", "en")
Words = Callable[[str], str]

PAGE_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Касса", "Till"),
    "real": ("Состояние кассы, только чтение", "State of the till, read only"),
    "live": ("обновляется само", "live"),
    "broken": ("нет связи, пробую снова", "no connection, trying again"),
    "devices": ("Устройства", "Devices"),
    "device": ("Устройство", "Device"),
    "scanner": ("сканер", "scanner"),
    "display": ("дисплей", "display"),
    "printer": ("принтер", "printer"),
    "state": ("Состояние", "State"),
    "since": ("С", "Since"),
    "place": ("Где", "Where"),
    "last_error": ("Последняя ошибка", "Last error"),
    "counters": ("Счётчики", "Counters"),
    "online": ("на связи", "online"),
    "absent": ("нет", "absent"),
    "fault": ("неисправно", "fault"),
    "paper_out": ("нет бумаги", "no paper"),
    "cover_open": ("крышка открыта", "cover open"),
    "unknown": ("неизвестно", "unknown"),
    "providers": ("Программы лояльности", "Loyalty providers"),
    "available": ("отвечает", "available"),
    "unavailable": ("не отвечает", "unavailable"),
    "refused": ("отказывает нам", "refuses us"),
    "receipts": ("Чеки в работе", "Receipts in progress"),
    "receipt": ("Чек", "Receipt"),
    "no_receipts": ("Ни один чек не открыт.", "No receipt is open."),
    "card": ("Карта", "Card"),
    "total": ("Итог", "Total"),
    "redeemed": ("Списывается", "Redeems"),
    "limits": ("Можно списать", "May redeem"),
    "discount": ("Скидка", "Discount"),
    "accrual": ("Будет начислено", "Will accrue"),
    "is_sale": ("продажа", "sale"),
    "is_refund": ("возврат", "return"),
    "is_open": ("открыт", "open"),
    "is_prepared": ("баллы в резерве", "points held"),
    "redemption_noted": ("спишутся с чеком", "with the receipt"),
    "redemption_reserved": ("в резерве", "held"),
    "redemption_written_off": ("списаны", "taken"),
    "redemption_unknown": ("ответ потерян, выясняется", "answer lost, being asked"),
    "queue": ("Очередь", "Queue"),
    "queue_empty": ("Всё улажено.", "All is settled."),
    "task": ("Что", "What"),
    "age": ("Сколько ждёт", "Age"),
    "task_open": ("ждёт сотрудника", "waits for a person"),
    "task_queued": ("уйдёт само", "goes out by itself"),
    "task_unknown": ("выясняется само", "is being asked"),
    "wire": ("На проводе", "On the wire"),
    "wire_hint": (
        "Каждый байт устройств и каждое сообщение сокета; карты, телефоны и имена скрыты.",
        "Every byte of the devices, every message of the socket; cards, phones and names are masked.",
    ),
    "bytes": ("байты", "bytes"),
    "json": ("сообщения", "messages"),
    "hold": ("остановить", "hold"),
    "token": ("Токен из [http] token", "The token of [http] token"),
    "enter": ("Войти", "Enter"),
    "wrong_token": ("Это не тот токен.", "That is not the token."),
    "too_many": ("Слишком много попыток, подождите минуту.", "Too many tries, wait a minute."),
    "seconds": ("с", "s"),
    "minutes": ("мин", "min"),
    "hours": ("ч", "h"),
}


def words_of(language: str, *tables: Mapping[str, tuple[str, str]]) -> Words:
    """The words of one language; a KeyError is a word that no table has."""
    place = LANGUAGES.index(language)
    known = {key: pair[place] for table in (PAGE_WORDS, *tables) for key, pair in table.items()}
    return known.__getitem__
