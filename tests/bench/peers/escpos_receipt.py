"""The same receipt by python-escpos, which chooses code pages by itself; prints the median in µs. REPEATS"""

import statistics
import sys
import time

from escpos.printer import Dummy

NAMES = (
    "Сыр «Российский»",
    "Хлеб «Бородинский»",
    "Молоко «Топлёное»",
    "Чай «Чёрный»",
    "Мармелад «Ёжики»",
    "Соль «Экстра»",
)
ARTICLES = [
    (f"{name} {grams} г", f"{price}.50")
    for name in NAMES
    for grams, price in ((100, 89), (250, 189), (500, 349), (900, 612))
]
COLUMNS = 42

printer = Dummy(profile="TM-T20II")


def receipt() -> bytes:
    printer.clear()
    printer.hw("INIT")
    printer.set(align="center", bold=True)
    printer.text("Магазин на Ленина\n")
    printer.set(align="left", bold=False)
    printer.text("-" * COLUMNS + "\n")
    for name, price in ARTICLES:
        printer.text(f"{name}{price:>{COLUMNS - len(name)}}\n")
    printer.text("-" * COLUMNS + "\n")
    printer.set(bold=True)
    printer.text(f"ИТОГО{'7434.00':>{COLUMNS - 5}}\n")
    printer.set(align="center", bold=False)
    printer.text("Спасибо за покупку!\n")
    printer.cut()
    return bytes(printer.output)


times = []
for _ in range(int(sys.argv[1])):
    begun = time.perf_counter()
    receipt()
    times.append(time.perf_counter() - begun)
sys.stdout.write(f"{statistics.median(times) * 1e6}\n")
