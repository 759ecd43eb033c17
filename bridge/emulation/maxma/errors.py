"""The errors that the emulated MAXMA answers with: numbers and meanings as in the vendor's own client library."""


class MaxmaError(Exception):
    """A business error: told with status 200 (MAXMA API, "Errors")."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def staged(code: int) -> MaxmaError:
    return MaxmaError(code, "Отказано")


def malformed(what: str) -> MaxmaError:
    return MaxmaError(2, f"Неверный запрос: {what}")


def client_not_found() -> MaxmaError:
    return MaxmaError(3, "Клиент не найден")


def client_suspended() -> MaxmaError:
    return MaxmaError(4, "Клиент заблокирован")


def incorrect_bonus_amount() -> MaxmaError:
    return MaxmaError(6, "Неверная сумма бонусов")


def incorrect_return_item() -> MaxmaError:
    return MaxmaError(10, "Неверный товар для возврата")


def incorrect_return_amount() -> MaxmaError:
    return MaxmaError(11, "Неверная сумма возврата")


def incorrect_return_purchase() -> MaxmaError:
    return MaxmaError(13, "Неверная покупка для возврата")


def already_processed() -> MaxmaError:
    return MaxmaError(17, "Операция уже обработана")


def empty_rows() -> MaxmaError:
    return MaxmaError(18, "Нет товаров")


def purchase_not_found() -> MaxmaError:
    return MaxmaError(21, "Покупка не найдена")


def purchase_discarded() -> MaxmaError:
    return MaxmaError(22, "Покупка отменена")


def duplicate_phone() -> MaxmaError:
    return MaxmaError(24, "Телефон уже занят")


def duplicate_card() -> MaxmaError:
    return MaxmaError(25, "Карта уже занята")


def too_many_codes() -> MaxmaError:
    return MaxmaError(28, "Слишком много запросов кода")


def empty_phone() -> MaxmaError:
    return MaxmaError(29, "Не указан телефон")


def try_later() -> MaxmaError:
    return MaxmaError(49, "Временно недоступно, повторите позже")
