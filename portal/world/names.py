"""Invented companies with numbers that pass their checks (rule S9), for the demonstration and for synthetic worlds.

Danish registration numbers begin with 9, where none have been given out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from stdnum.iso7064 import mod_11_10

_CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)


def cvr(serial: int) -> str:
    """The Danish registration number that belongs to `serial` (0 to 899,999), each its own."""
    # Of ten stems in a row at most one has no check digit, so nine of them serve.
    decade = 900_000 + serial // 9
    stems = [f"{decade}{last}" for last in range(10)]
    rests = [sum(w * int(d) for w, d in zip(_CVR_WEIGHTS, stem, strict=True)) % 11 for stem in stems]
    numbers = [f"{stem}{(11 - rest) % 11}" for stem, rest in zip(stems, rests, strict=True) if rest != 1]
    return numbers[serial % 9]


def german_vat(stem: int) -> str:
    """A German VAT number from 8 digits and their check digit."""
    return f"DE{stem}{mod_11_10.calc_check_digit(str(stem))}"


@dataclass(frozen=True, slots=True)
class Company:
    """A legal entity as it stands in registers; `customer_type`, `currency` and `language` as in Customer."""

    name: str
    registration_number: str
    ibm_customer_number: str
    street: str
    postal_code: str
    city: str
    country: str = "DK"
    customer_type: str = "commercial"
    currency: str = "DKK"
    language: str = "da"
    vat: str = ""

    @property
    def vat_number(self) -> str:
        """With the country's letters in front."""
        return self.vat or f"{self.country}{self.registration_number}"


NORDVIND = Company("Nordvind A/S", cvr(101), "0614233", "Havnegade 14", "8000", "Aarhus C")
FJORDBYG = Company("Fjordbyg ApS", cvr(203), "0617750", "Kajvej 7", "4000", "Roskilde")
SYDHAVN = Company("Sydhavn Logistik A/S", cvr(307), "0619402", "Sluseholmen 33", "2450", "København SV")
MUNICIPALITY = Company(
    "Aaby Kommune", cvr(411), "0620118", "Rådhustorvet 1", "9440", "Aabybro", customer_type="government"
)
UNIVERSITY = Company(
    "Vesterhavets Universitet", cvr(517), "0621904", "Campusalléen 2", "6700", "Esbjerg", customer_type="academic"
)
ELBTAL = Company(
    "Elbtal Maschinenbau GmbH",
    "HRB 990417",
    "0733015",
    "Am Speicherkai 9",
    "20457",
    "Hamburg",
    country="DE",
    currency="EUR",
    language="en",
    vat=german_vat(99041726),
)

_FIRST = (
    "Nord", "Syd", "Øst", "Vest", "Mid", "Fjord", "Bælt", "Klit", "Hede", "Skov", "Strand", "Sund", "Å", "Bakke",
    "Eng", "Mose", "Sø", "Havn", "Ø", "Dal",
)  # fmt: skip
_SECOND = ("mark", "borg", "lund", "gaard", "holm", "vang", "bro", "toft", "rup", "kilde", "næs", "vig", "sted", "bæk")
_TRADES = (
    "Logistik", "Energi", "Revision", "Maskinfabrik", "Pension", "Medico", "Rederi", "Fødevarer", "Byg", "Data",
    "Forsyning", "Møbler", "Finans", "Forsikring", "Landbrug", "Teknik", "Farma", "Handel", "Transport", "Ejendomme",
)  # fmt: skip
_FORMS = ("A/S", "ApS", "A/S", "P/S", "A.m.b.a.")
_STREETS = ("Industrivej", "Havnevej", "Erhvervsparken", "Fabriksvej", "Storegade", "Jernbanegade", "Møllevej")
TOWNS: Sequence[tuple[str, str]] = (
    ("8000", "Aarhus C"), ("5000", "Odense C"), ("9000", "Aalborg"), ("6700", "Esbjerg"), ("8900", "Randers C"),
    ("6000", "Kolding"), ("8700", "Horsens"), ("7100", "Vejle"), ("4000", "Roskilde"), ("7400", "Herning"),
    ("8600", "Silkeborg"), ("4700", "Næstved"), ("7000", "Fredericia"), ("8800", "Viborg"), ("2300", "København S"),
)  # fmt: skip


def synthetic_company(serial: int, random: Random) -> Company:
    """A company made up from `random`; `serial` gives it numbers of its own."""
    stem = random.choice(_FIRST) + random.choice(_SECOND)
    postal_code, city = random.choice(TOWNS)
    return Company(
        name=f"{stem} {random.choice(_TRADES)} {random.choice(_FORMS)}",
        registration_number=cvr(1000 + serial),
        ibm_customer_number=f"{8_000_000 + serial:08d}",
        street=f"{random.choice(_STREETS)} {random.randint(1, 98)}",
        postal_code=postal_code,
        city=city,
        customer_type=random.choices(("commercial", "government", "academic"), (90, 7, 3))[0],
    )
