"""What the columns of a cash program's list are called, in Russian and in English."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum


class Column(StrEnum):
    CARD = "card"
    HOLDER = "holder"
    SURNAME = "surname"
    NAME = "name"
    PATRONYMIC = "patronymic"
    PHONE = "phone"
    CLIENT = "client"  # anything there says that a client belongs to the card
    DELETED = "deleted"
    TEMPLATE = "template"
    BALANCE = "balance"
    DISCOUNT = "discount"


# Written without case, spaces and punctuation; ё as е.
_NAMES: Mapping[Column, str] = {
    Column.CARD: "карта номеркарты кодкарты номерскидочнойкарты номердисконтнойкарты номербонуснойкарты картаклиента "
    "штрихкод штрихкодкарты штрихкодкарта дисконтнаякарта бонуснаякарта card cardnumber cardno cardcode barcode "
    "loyaltycard",
    Column.HOLDER: "фио фиоклиента клиентфио владелец владелецкарты держатель держателькарты наименованиеклиента "
    "holder cardholder fullname clientname customername",
    Column.SURNAME: "фамилия фамилияклиента surname lastname familyname",
    Column.NAME: "имяклиента firstname givenname",
    Column.PATRONYMIC: "отчество отчествоклиента patronymic middlename",
    Column.PHONE: "телефон номертелефона телефонклиента мобильный мобильныйтелефон сотовый сотовыйтелефон моб "
    "мобтелефон тел phone phonenumber mobile mobilephone cellphone tel telephone msisdn",
    Column.CLIENT: "кодклиента идклиента idклиента клиентид клиенткод идентификаторклиента ссылканаклиента "
    "clientid customerid clientcode customercode",
    Column.DELETED: "удален удалена удаленный помеченнаудаление пометкаудаления пометканаудаление клиентудален "
    "клиентпомеченнаудаление deleted isdeleted markedfordeletion clientdeleted",
    Column.TEMPLATE: "шаблон шаблонкарты текстдлячека счетчик бонусныйсчетчик видкарты типкарты группакарт template "
    "cardtemplate counter cardtype",
    Column.BALANCE: "баланс балансбаллов остаток остатокбонусов остатокбаллов баллы бонусы суммабонусов balance "
    "points bonus bonuses",
    Column.DISCOUNT: "скидка процентскидки скидкапроцент скидкапокарте размерскидки discount discountpercent",
}
_CERTAIN = {name: column for column, names in _NAMES.items() for name in names.split()}

# What means one thing in this list and another in that: the first meaning that no other column has.
_UNSURE: Mapping[str, Sequence[Column]] = {
    "клиент": (Column.HOLDER, Column.CLIENT),
    "покупатель": (Column.HOLDER, Column.CLIENT),
    "client": (Column.HOLDER, Column.CLIENT),
    "customer": (Column.HOLDER, Column.CLIENT),
    "наименование": (Column.HOLDER,),
    "имя": (Column.HOLDER, Column.NAME),
    "name": (Column.HOLDER, Column.NAME),
    "номер": (Column.CARD,),
    "код": (Column.CARD,),
    "number": (Column.CARD,),
    "code": (Column.CARD,),
}


def recognised(header: Sequence[str]) -> dict[Column, int]:
    """Where each column that we know stands; of two that mean the same the first one counts."""
    keys = [_key(heading) for heading in header]
    places: dict[Column, int] = {}
    for place, key in enumerate(keys):
        if key in _CERTAIN:
            places.setdefault(_CERTAIN[key], place)
    taken = set(places) | ({Column.HOLDER} if Column.SURNAME in places else set())
    for place, key in enumerate(keys):
        column = next((meaning for meaning in _UNSURE.get(key, ()) if meaning not in taken), None)
        if column is not None:
            places[column] = place
            taken.add(column)
    return places


def _key(heading: str) -> str:
    return re.sub(r"[\W_]", "", heading.casefold().replace("ё", "е"))
