#!/usr/bin/env python3
"""Makes the tables of the shop star: `python3 generate.py`, always the same bytes.

Only Python's standard library is used, and a generator of numbers of its own, so that another
version of Python cannot make other tables.
"""

import csv
from datetime import date, timedelta
from pathlib import Path

TABLES = Path(__file__).parent / "tables"

FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2025, 3, 31)
CLOSED = (date(2023, 7, 1), date(2023, 7, 31))  # nothing is sold in July 2023
LAST_SALE = date(2024, 12, 31)  # the calendar goes on, the sales do not

MONTHS = ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august",
          "september", "oktober", "november", "december"]

# id, name, type, country, region, city, square metres, café, opened, manager
STORES = [
    (1, "Købmagergade", "Supermarked", "Danmark", "Hovedstaden", "København", 850, True, "2001-03-15", "Ida Møller"),
    (2, "Nørrebro", "Nærbutik", "Danmark", "Hovedstaden", "København", 220, False, "2010-08-01", "Bo Østergård"),
    (3, 'Amager "Øst"', "Discount", "Danmark", "Hovedstaden", "København", None, False, "2015-11-20", "Ida Møller"),
    (4, "Helsingør [Havnen]", "Nærbutik", "Danmark", "Hovedstaden", "Helsingør", 180, True, "2019-05-05", "Åse Bæk"),
    (5, "Rosengård", "Hypermarked", "Danmark", "Syddanmark", "Odense", 2400, True, "1998-10-10", "Kaj O'Hara"),
    (6, "Banegården", "Nærbutik", "Danmark", "Syddanmark", "Odense", 150, False, "2012-02-29", "Kaj O'Hara"),
    (7, "Torvet", "Supermarked", "Danmark", "Syddanmark", "Esbjerg", 780, False, "2005-06-01", "Lis Dahl"),
    (8, "Vestergade", "Nærbutik", "Danmark", "Syddanmark", "Ærøskøbing", None, False, "2020-01-02", "Lis Dahl"),
    (9, "Åen", "Supermarked", "Danmark", "Midtjylland", "Århus", 900, True, "2003-09-09", "Per Friis"),
    (10, "Domkirken", "Discount", "Danmark", "Midtjylland", "Viborg", 400, False, "2018-04-17", "Per Friis"),
    (11, "Skåne Stormarked", "Hypermarked", "Sverige", "Skåne", None, 2100, True, "2008-12-01", "Eva Lindgren"),
    (12, "Havnegøta", "Supermarked", "Færøerne", "Færøerne", "Tórshavn", 640, False, "2011-07-29", "Jógvan Poulsen"),
    (13, "Karl Johan", "Discount", "Norge", "Østlandet", "Oslo", 400, False, "2024-12-20", "Eva Lindgren"),
    (14, "Gare", "Nærbutik", "Luxembourg", "Luxembourg", None, 150, True, "2021-03-01", "Marc Weber"),
]
STORE_WEIGHTS = {1: 16, 2: 8, 3: 9, 4: 4, 5: 18, 6: 5, 7: 9, 8: 2, 9: 14, 10: 5, 11: 7, 12: 3, 13: 0, 14: 2}

# id, family, department, category; the department Frost stands in two families, Andet in three places
CLASSES = [
    (1, "Madvarer", "Mejeri", "Mælk"), (2, "Madvarer", "Mejeri", "Ost"), (3, "Madvarer", "Mejeri", "Andet"),
    (4, "Madvarer", "Bageri", "Brød"), (5, "Madvarer", "Bageri", "Kager"),
    (6, "Madvarer", "Frost", "Is"), (7, "Madvarer", "Frost", "Andet"),
    (8, "Drikkevarer", "Varme", "Kaffe"), (9, "Drikkevarer", "Varme", "Te"),
    (10, "Drikkevarer", "Kolde", "Saft"), (11, "Drikkevarer", "Kolde", "Sodavand"),
    (12, "Drikkevarer", "Øl og vin", "Vin"), (13, "Drikkevarer", "Øl og vin", "Øl"),
    (14, "Husholdning", "Rengøring", "Opvask"), (15, "Husholdning", "Rengøring", "Andet"),
    (16, "Husholdning", "Frost", "Poser"), (17, "Husholdning", "Papir", "Servietter"),
    (18, "Husholdning", "Papir", "Julepapir"),
]
BRANDS = ["Bro & Co", "Gård", "Nord", "Tvilling", "Ærlig", "Ø-mærket"]

# class, name, brand, price, ecological
PRODUCTS = [
    (1, "Letmælk", "Gård", 12, True), (1, "Sødmælk", "Gård", 13, True), (1, "Skummetmælk", "Nord", 10, False),
    (2, "Danbo", "Gård", 65, False), (2, "Blå ost", "Ærlig", 42, True), (2, "Feta", "Nord", 28, False),
    (3, "Smør", "Gård", 25, True), (3, "Fløde", "Nord", 18, False),
    (4, "Rugbrød", "Ærlig", 30, True), (4, "Franskbrød", "Bro & Co", 22, False), (4, "Boller", "Bro & Co", 20, False),
    (5, "Drømmekage", "Bro & Co", 45, False), (5, "Jødekager", "Ærlig", 35, False),
    (6, "Vaniljeis", "Nord", 38, False), (6, "Isvafler", "Nord", 24, False),
    (7, "Ærter", "Ærlig", 16, True), (7, "Pommes frites", "Bro & Co", 19, False),
    (8, "Filterkaffe", "Ærlig", 60, True), (8, "Espresso", "Bro & Co", 80, False), (8, "Koffeinfri", "Nord", 62, False),
    (9, "Grøn te", "Ærlig", 40, True), (9, "Earl Grey", "Bro & Co", 36, False),
    (10, "Æblesaft", "Ø-mærket", 20, True), (10, "Hyldeblomst", "Ø-mærket", 32, True),
    (11, "Cola", "Nord", 15, False), (11, "Danskvand", "Nord", 9, False),
    (12, "Rødvin", "Bro & Co", 85, False), (12, "Hvidvin", "Bro & Co", 75, False),
    (13, "Pilsner", "Nord", 12, False), (13, "Påskebryg", "Ø-mærket", 22, False), (13, "Julebryg", "Ø-mærket", 22, False),
    (14, "Opvaskemiddel", "Ærlig", 18, True), (14, "Opvasketabs", "Nord", 55, False),
    (15, "Svampe", "Bro & Co", 10, False), (15, "Klude", "Bro & Co", 14, False),
    (16, "Fryseposer 2 l", "Tvilling", 20, False), (16, "Fryseposer 4 l", "Tvilling", 25, False),
    (16, "Fryseposer 6 l", "Tvilling", 20, False),
    (17, 'Servietter "Fest"', "Bro & Co", 17, False), (17, "Servietter [hvide]", "Nord", 12, False),
    (18, "Julepapir", "Ø-mærket", 26, False), (18, "Bånd", "Ø-mærket", 8, False),
]
NEVER_SOLD = {17, 35, 42}  # Pommes frites, Klude, Bånd
TWINS = [36, 38]  # the same rows are sold of both

# id, name, medium
PROMOTIONS = [
    (0, "Ingen kampagne", "Ingen"), (1, "Påsketilbud", "Avis"), (2, 'Sommer "hed" uge', "Radio"),
    (3, "Black Friday", "Web"), (4, "Julekalender", "TV"), (5, "To for én", "Avis"),
    (6, "Medlemsdag", "Web"), (7, "Jubilæum [10 år]", "TV"), (8, "Tirsdag", "Radio"), (9, "Ubrugt", "Plakat"),
]
WAREHOUSES = [(1, "Taulov", "Jylland"), (2, "Køge", "Sjælland"), (3, "Ålestrup", "Jylland"), (4, "Lukket lager", "Fyn")]
POSITIONS = [
    (1, "Direktør", "Ledelse", "Månedsløn"), (2, "Regionschef", "Ledelse", "Månedsløn"),
    (3, "Butikschef", "Mellemledelse", "Månedsløn"), (4, "Ekspedient", "Butik", "Timeløn"),
    (5, "Ungarbejder", "Butik", "Timeløn"),
]
INTERESTS = [(1, "Bagning"), (2, "Cykling"), (3, "Have"), (4, "Vin"), (5, "Åbent hav"), (6, "Ingen ved hvad")]

FIRST_NAMES = ["Anna", "Bent", "Clara", "Dorthe", "Emil", "Frida", "Gorm", "Hanne", "Ib", "Jens", "Karen", "Lars",
               "Mette", "Niels", "Oda", "Poul", "Rikke", "Søren", "Tove", "Ulla", "Viggo", "Ægir", "Øjvind", "Åse"]
LAST_NAMES = ["Andersen", "Bæk", "Dahl", "Friis", "Holm", "Jensen", "Krogh", "Lund", "Møller", "Nygård",
              "Pedersen", "Skov", "Thygesen", "Winther", "Østergård", "Åkjær"]
SPECIAL_NAMES = {7: "O'Hara [junior]", 8: 'Åge "Kaffe" Ørsted', 31: "Anna Bæk", 32: "Anna Bæk"}
CITIES = [("Danmark", "København"), ("Danmark", "Odense"), ("Danmark", "Århus"), ("Danmark", "København"),
          ("Sverige", "Malmø"), ("Danmark", "Helsingør"), ("Færøerne", "Tórshavn")]
EDUCATIONS = ["Folkeskole", "Gymnasium", "Lang", "Mellemlang", "Ph.d."]
CARDS = ["Bronze", "Guld", "Sølv", None]
CUSTOMERS = 120
IDLE_CUSTOMERS = {12, 60, 119}  # have bought nothing


class Numbers:
    """A linear congruential generator; the constants are Knuth's."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit

    def one_of(self, choices):
        return choices[self.below(len(choices))]

    def weighted(self, weights):
        at = self.below(sum(weights.values()))
        for choice, weight in weights.items():
            at -= weight
            if at < 0:
                return choice
        raise AssertionError("the weights are used up")


def text(value):
    """A value as the tables write it: nothing for null, true and false for a truth."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def write(name, columns, rows):
    with open(TABLES / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([text(value) for value in row] for row in rows)


def days():
    day = FIRST_DAY
    while day <= LAST_DAY:
        iso = day.isocalendar()
        yield ((day - FIRST_DAY).days + 1, day, day.year, f"K{(day.month + 2) // 3}", day.month,
               MONTHS[day.month - 1], iso[0], iso[1])
        day += timedelta(1)


def day_id(day):
    return (day - FIRST_DAY).days + 1


def danish(name):
    """The order of a Danish telephone book for the letters that occur here."""
    order = "abcdefghijklmnopqrstuvwxyzæøå"
    return [order.find(letter) for letter in name.lower()], name


def customers(numbers):
    rows = []
    for key in range(1, CUSTOMERS + 1):
        first = numbers.one_of(FIRST_NAMES)
        name = SPECIAL_NAMES.get(key, f"{first} {numbers.one_of(LAST_NAMES)}")
        country, city = numbers.one_of(CITIES)
        born = date(1940 + numbers.below(65), 1 + numbers.below(12), 1 + numbers.below(28))
        gender = numbers.one_of(["K", "M"])
        rows.append([key, name, gender, country, city, born, numbers.one_of(EDUCATIONS), numbers.one_of(CARDS)])
    places = {row[0]: at for at, row in enumerate(sorted(rows, key=lambda row: (danish(row[1]), row[0])), 1)}
    return [row + [places[row[0]]] for row in rows]


def sale_day(numbers):
    while True:
        day = FIRST_DAY + timedelta(numbers.below((LAST_SALE - FIRST_DAY).days + 1))
        if not CLOSED[0] <= day <= CLOSED[1]:
            return day


def sale_product(numbers):
    while True:
        product = 1 + numbers.below(len(PRODUCTS))
        if product not in NEVER_SOLD and product not in TWINS:
            return product


def sale_customer(numbers):
    while True:
        # Some customers come often: the smaller of two numbers.
        customer = 1 + min(numbers.below(CUSTOMERS), numbers.below(CUSTOMERS))
        if customer not in IDLE_CUSTOMERS:
            return customer


def sale(numbers, promotions):
    product = sale_product(numbers)
    price = PRODUCTS[product - 1][3]
    quantity = numbers.one_of([1, 1, 1, 2, 2, 3, 4, 6])
    kind = numbers.below(100)
    if kind < 4:
        quantity = -1  # brought back
    amount = 0.0 if 4 <= kind < 6 else float(quantity * price)  # a sample is free
    promotion = numbers.weighted(promotions)
    discount = None
    if promotion in (1, 3, 5, 7) and amount > 0:
        discount = round(amount * 0.15, 2)
        amount = round(amount - discount, 2)
    cost = round(quantity * price * (60 + numbers.below(20)) / 100, 2)
    return [day_id(sale_day(numbers)), numbers.weighted(STORE_WEIGHTS), product, sale_customer(numbers), promotion,
            quantity, amount, cost, discount]


def sales(numbers):
    promotions = {0: 70, 1: 5, 2: 3, 3: 6, 4: 4, 5: 4, 6: 4, 7: 2, 8: 1, None: 1}
    rows = [sale(numbers, promotions) for _ in range(1900)]
    for row in [sale(numbers, promotions) for _ in range(20)]:
        for product in TWINS:
            rows.append([row[0], row[1], product, row[3], 0, 2, 40.0, 26.0, None])
    rows.sort(key=lambda row: (row[0], row[1]))
    return [[number, *row] for number, row in enumerate(rows, 1)]


def stock(numbers):
    ends = [date(2023, 12, 31)] + [date(2024 + month // 12, month % 12 + 1, 1) - timedelta(1) for month in range(1, 13)]
    for end in ends:
        for store in (1, 5, 9, 12):
            for product in (1, 4, 9, 12, 18, 19, 25, 27, 29, 33, 36, 42):
                if numbers.below(10) == 0:
                    continue
                units = numbers.below(60)
                warehouse = 1 + (store + product) % 3
                yield (day_id(end), store, product, warehouse, units, float(units * PRODUCTS[product - 1][3]),
                       1 + numbers.below(9))


def employees(numbers):
    rows = [(1, "Ane Direktør", None, 1, 1, "1970-02-03"), (2, "Bo Øst", 1, 1, 2, "1980-05-06"), (3, "Caj Vest", 1, 5, 2, "1975-12-24")]
    names = iter(f"{first} {last}" for last in LAST_NAMES for first in FIRST_NAMES)
    chiefs = {1: 2, 3: 2, 5: 3, 9: 3, 12: 1}
    for store, above in chiefs.items():
        chief = len(rows) + 1
        rows.append((chief, next(names), above, store, 3, f"19{70 + store}-01-15"))
        for at in range(3 + numbers.below(3)):
            below = len(rows) + 1
            # The second clerk of a store leads the young ones.
            leader = chief if at < 2 else chief + 2
            rows.append((below, next(names), leader, store, 4 if at < 2 else 5, f"{1965 + below}-0{1 + at}-10"))
    return rows


def closure(rows):
    above = {row[0]: row[2] for row in rows}
    for key in above:
        at, distance = key, 0
        while at is not None:
            yield at, key, distance
            at, distance = above[at], distance + 1


def payroll(numbers, rows):
    wages = {1: 90000, 2: 60000, 3: 42000, 4: 27000, 5: 9000}
    for key, _, _, _, position, _ in rows:
        if position == 2 and key == 3:
            continue  # Caj Vest is paid elsewhere: a leader without rows of his own
        begin = 1 + (numbers.below(6) if position == 5 else 0)
        for month in range(begin, 13):
            extra = 100 * numbers.below(20) if position >= 4 else 0
            yield date(2024, month, 1), key, float(wages[position] + extra), 160 if position < 5 else 40 + numbers.below(20)


def memberships(numbers):
    number = 0
    for customer in range(1, CUSTOMERS + 1):
        begin = date(2022, 6, 1) + timedelta(numbers.below(500))
        for tier in ("Basis", "Plus")[: numbers.below(3)]:
            end = begin + timedelta(30 + numbers.below(400))
            number += 1
            is_open = numbers.below(5) == 0
            yield number, customer, tier, begin, None if is_open else end
            # The next one may overlap, or begin later.
            begin = end + timedelta(numbers.below(120) - 40)


def interests(numbers):
    for customer in range(1, CUSTOMERS + 1):
        for interest in range(1, 6):
            if numbers.below(10) < 3:
                yield customer, interest


def main():
    TABLES.mkdir(exist_ok=True)
    write("days", ["day_id", "the_date", "the_year", "quarter", "month_number", "month_name", "week_year", "week_number"], days())
    write("stores", ["store_id", "store_name", "store_type", "country", "region", "city", "square_metres", "has_cafe", "opened", "manager"], STORES)
    write("product_classes", ["class_id", "family", "department", "category"], CLASSES)
    products = [(key, *row[:3], float(row[3]), row[4]) for key, row in enumerate(PRODUCTS, 1)]
    write("products", ["product_id", "class_id", "product_name", "brand", "list_price", "ecological"], products)
    write("promotions", ["promotion_id", "promotion_name", "medium"], PROMOTIONS)
    write("warehouses", ["warehouse_id", "warehouse_name", "part_of_country"], WAREHOUSES)
    write("positions", ["position_id", "title", "role", "pay_type"], POSITIONS)
    write("interests", ["interest_id", "interest_name"], INTERESTS)
    write("customers", ["customer_id", "customer_name", "gender", "country", "city", "born", "education", "card", "name_order"], customers(Numbers(1)))
    write("customer_interests", ["customer_id", "interest_id"], interests(Numbers(2)))
    write("sales", ["sale_id", "day_id", "store_id", "product_id", "customer_id", "promotion_id", "quantity", "amount", "cost", "discount"], sales(Numbers(3)))
    write("stock", ["day_id", "store_id", "product_id", "warehouse_id", "units", "stock_value", "supply_days"], stock(Numbers(4)))
    staff = employees(Numbers(5))
    write("employees", ["employee_id", "employee_name", "manager_id", "store_id", "position_id", "born"], staff)
    write("employee_closure", ["manager_id", "employee_id", "distance"], closure(staff))
    write("payroll", ["pay_date", "employee_id", "pay", "hours"], payroll(Numbers(6), staff))
    write("memberships", ["membership_id", "customer_id", "tier", "from_date", "to_date"], memberships(Numbers(7)))


if __name__ == "__main__":
    main()
