"""Who works at Halden & Pike, where its leads come from, and the campaigns it ran, runs and plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple


class Person(NamedTuple):
    """Someone at the company; sellers have a `share` of the leads and median opening `hours` to a touch."""

    person_id: str
    name: str
    department: str
    role: str
    covers: str
    is_liaison: int = 0
    share: float = 0.0
    hours: float = 0.0


PEOPLE: Final = (
    Person("ingrid.halden", "Ingrid Halden", "leadership", "Managing director",
           "Direction, budgets, key accounts"),
    Person("robert.pike", "Robert Pike", "leadership", "Head of finance", "Budgets, margins, exchange rates"),
    Person("clara.brandt", "Clara Brandt", "marketing", "Head of marketing", "Plan, budget, agency contract"),
    Person("david.okafor", "David Okafor", "marketing", "Paid media", "Search ads, social ads, retargeting"),
    Person("hannah.riedel", "Hannah Riedel", "marketing", "Content editor", "Guide, blog, product stories"),
    Person("luis.ferreira", "Luís Ferreira", "marketing", "E-mail and CRM",
           "Newsletter, cart e-mails, second offer"),
    Person("yuki.tanaka", "Yuki Tanaka", "marketing", "Web and search",
           "Landing pages, search traffic, forms"),
    Person("olga.petrova", "Olga Petrova", "marketing", "Events", "Trade fairs, webinars"),
    Person("felix.baum", "Felix Baum", "marketing", "Direct mail and lists",
           "Mailings, print, bought addresses"),
    Person("zoe.martin", "Zoé Martin", "marketing", "Marketing analyst",
           "Hand-off rules, lead scoring, this scorecard", 1),
    Person("katrin.voss", "Katrin Voss", "sales", "Head of sales", "Quotas, territories, large accounts"),
    Person("ana.kovac", "Ana Kovač", "sales", "Account manager South", "Mountain rescue, alpine clubs", 0,
           0.12, 0.9),
    Person("jonas.weber", "Jonas Weber", "sales", "Account manager North", "Sports retailers, chains", 0,
           0.13, 1.3),
    Person("mia.lindqvist", "Mia Lindqvist", "sales", "Account manager Nordics", "Nordic retailers", 0, 0.09,
           1.1),
    Person("tomas.horak", "Tomáš Horák", "sales", "Account manager East", "Czechia, Poland, fairs", 0, 0.10,
           1.8),
    Person("leila.haddad", "Leïla Haddad", "sales", "Account manager West", "France, Belgium, tenders", 0,
           0.10, 1.5),
    Person("piotr.nowak", "Piotr Nowak", "sales", "Account manager Public", "Public sector, schools", 0, 0.08,
           2.2),
    Person("sofie.maes", "Sofie Maes", "sales", "Account manager Benelux", "Benelux retailers", 0, 0.09, 1.2),
    Person("ben.carver", "Ben Carver", "sales", "Account manager UK", "United Kingdom and Ireland", 0, 0.08,
           2.6),
    Person("greta.schulz", "Greta Schulz", "sales", "Inside sales", "First calls, samples", 0, 0.09, 0.7),
    Person("nina.vogel", "Nina Vogel", "sales", "Inside sales", "First calls, returning customers", 0, 0.07,
           0.8),
    Person("marco.bianchi", "Marco Bianchi", "sales", "Account manager Switzerland",
           "Switzerland, Austria, Italy", 0, 0.05, 1.6),
    Person("sam.whitlock", "Sam Whitlock", "other", "Northlight Media, account lead",
           "The agency: ads, print, invoices", 1),
)  # fmt: skip
PERSON: Final = {p.person_id: i for i, p in enumerate(PEOPLE)}
SELLERS: Final = tuple(i for i, p in enumerate(PEOPLE) if p.share)
ABSENT: Final = "jonas.weber"


class Source(NamedTuple):
    """Where leads come from and how they fare: chances from stage to stage, and what they are worth."""

    name: str
    channel: str  # of the orders
    owner: str
    where: str  # on the web, awake at all hours, or in the field, in working hours
    qualifies: float
    accepted: float
    sql: float
    opportunity: float
    won: float
    worth: float

    @property
    def on_the_web(self) -> bool:
        return self.where == "web"


ONLINE, OUTSIDE = CHANNELS = ("online_marketing", "outside_sales")
SOURCES: Final = (
    Source("Organic search", ONLINE, "yuki.tanaka", "web", 0.50, 0.82, 0.58, 0.70, 0.36, 1.0),
    Source("Paid search", ONLINE, "david.okafor", "web", 0.48, 0.79, 0.52, 0.68, 0.30, 1.0),
    Source("Paid social", ONLINE, "david.okafor", "web", 0.36, 0.66, 0.44, 0.62, 0.28, 0.8),
    Source("Webinar", ONLINE, "olga.petrova", "web", 0.62, 0.84, 0.60, 0.70, 0.36, 1.1),
    Source("Newsletter", ONLINE, "luis.ferreira", "web", 0.46, 0.80, 0.55, 0.70, 0.36, 0.8),
    Source("Direct mail", ONLINE, "felix.baum", "web", 0.52, 0.76, 0.52, 0.68, 0.32, 0.9),
    Source("Trade fair", OUTSIDE, "olga.petrova", "field", 0.66, 0.84, 0.60, 0.72, 0.40, 1.4),
    Source("Partner list", OUTSIDE, "felix.baum", "field", 0.72, 0.74, 0.48, 0.66, 0.30, 1.1),
    Source("Referral", OUTSIDE, "zoe.martin", "field", 0.82, 0.93, 0.72, 0.80, 0.48, 1.5),
    Source("Outbound call", OUTSIDE, "zoe.martin", "field", 0.0, 0.0, 0.30, 0.72, 0.36, 1.3),
)  # fmt: skip
SOURCE: Final = {s.name: i for i, s in enumerate(SOURCES)}
MARKETING_SOURCES: Final = tuple(s.name for s in SOURCES if s.name not in {"Referral", "Outbound call"})
COLLAPSING: Final = SOURCE["Partner list"]
COLLAPSE_DAYS: Final = 42
UNREACHABLE_DAYS: Final = 151  # days ago the forms began to check phone numbers; before, many were made up
GUIDE, SECOND_OFFER = "C07", "C08"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign; `budget` is a share of what it spends, until the spend is known."""

    campaign_id: str
    name: str
    channel: str
    stage: str
    offer: str
    audience: str
    start: date
    end: date | None
    budget: float
    marketing_owner: str
    sales_owner: str
    spend_kind: str = "media"
    per_lead: float = 20.0  # EUR of spend per expected lead
    marketing_goal_id: str | None = None
    sales_goal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One way in: source, campaign and page, its share of all leads while open, and what its page does."""

    source: str
    campaign: str | None
    page: str | None
    share: float
    conversion: float = 0.0  # leads per visit
    micro: float = 0.0  # small steps per visit
    signup: float = 0.0  # newsletter sign-ups per visit


SLOTS: Final = (
    Slot("Organic search", None, "/blog", 0.070, 0.016, 0.21, 0.0060),
    Slot("Organic search", None, "/products", 0.070, 0.031, 0.30, 0.0010),
    Slot("Organic search", None, "/wholesale", 0.045, 0.060, 0.33),
    Slot("Organic search", "C07", "/guide", 0.050, 0.240, 0.48, 0.0200),
    Slot("Paid search", "C01", "/products", 0.075, 0.088, 0.31),
    Slot("Paid search", "C02", "/wholesale", 0.085, 0.108, 0.36),
    Slot("Paid social", "C04", "/trail-stories", 0.040, 0.014, 0.19, 0.0040),
    Slot("Paid social", "C07", "/guide", 0.035, 0.170, 0.41, 0.0150),
    Slot("Paid search", "C03", "/products", 0.060, 0.104, 0.35),
    Slot("Paid social", "C05", "/wholesale", 0.040, 0.034, 0.24),
    Slot("Webinar", "C10", "/webinar", 0.070, 0.300, 0.52),
    Slot("Webinar", "C11", "/webinar-rescue", 0.080, 0.340, 0.55),
    Slot("Newsletter", "C06", "/newsletter", 0.035, 0.050, 0.28, 0.0300),
    Slot("Newsletter", "C07", "/guide", 0.025, 0.310, 0.50),
    Slot("Newsletter", "C09", "/cart", 0.020, 0.120, 0.44),
    Slot("Newsletter", "C22", "/summer-sale", 0.055, 0.021, 0.17),
    Slot("Newsletter", "C23", "/ridge-pack", 0.035, 0.074, 0.39),
    Slot("Direct mail", "C12", "/trail-kit", 0.058, 0.244, 0.455),
    Slot("Direct mail", "C13", "/catalogue", 0.085, 0.160, 0.38),
    Slot("Direct mail", "C15", "/catalogue", 0.080, 0.150, 0.36),
    Slot("Direct mail", "C14", "/blog", 0.004, 0.018, 0.27, 0.0070),
    Slot("Direct mail", "C25", "/black-week", 0.030, 0.022, 0.30, 0.1900),
    Slot("Trade fair", "C16", None, 0.300),
    Slot("Trade fair", "C17", None, 0.320),
    Slot("Trade fair", "C18", None, 0.260),
    Slot("Trade fair", "C19", None, 0.300),
    Slot("Trade fair", None, None, 0.025),
    Slot("Partner list", "C20", None, 0.070),
    Slot("Partner list", "C21", None, 0.230),
    Slot("Referral", None, None, 0.045),
    Slot("Outbound call", "C24", None, 0.050),
)  # fmt: skip


def campaigns(history: date, quarter: date, today: date) -> tuple[Campaign, ...]:
    """The campaigns, when the history begins at `history` and the running quarter at `quarter`."""

    def at(days: int) -> date:
        return quarter + timedelta(days=days)

    end = date(quarter.year, 12, 31)
    batch = today - timedelta(days=COLLAPSE_DAYS)
    return (
        Campaign("C01", "Search ads: brand and products", "search", "mofu", "Product finder",
                 "People comparing packs",
                 history, end, 1.04, "david.okafor", "greta.schulz", "media", 36, "G40", "G41"),
        Campaign("C02", "Search ads: wholesale terms", "search", "bofu", "Wholesale price list",
                 "Buyers in retail",
                 history, end, 1.06, "david.okafor", "nina.vogel", "media", 44, "G40", "G41"),
        Campaign("C03", "Retargeting: viewed two product pages", "retargeting", "bofu",
                 "Free sample of the viewed pack",
                 "Visitors of two or more product pages", at(-390), end, 1.05, "david.okafor", "greta.schulz",
                 "media", 24, "G13"),
        Campaign("C04", "Trail stories on social", "paid_social", "tofu", "Short films from test trips",
                 "Outdoor people",
                 history, end, 0.97, "david.okafor", "nina.vogel", "media", 31),
        Campaign("C05", "Social: shop owners like our customers", "paid_social", "mofu", "Dealer starter set",
                 "Shop owners, look-alike audience", at(-92), end, 0.90, "david.okafor", "jonas.weber",
                 "media", 38),
        Campaign("C06", "Monthly newsletter", "email", "tofu", "New products and test reports", "Subscribers",
                 history, None, 1.10, "luis.ferreira", "nina.vogel", "other", 6, "G50"),
        Campaign("C07", "Guide: outfitting a shop in 30 days", "content", "tofu",
                 "The guide, free for an address",
                 "Shop founders, not ready to buy yet", history + timedelta(days=30), None, 1.02,
                 "hannah.riedel", "sofie.maes", "content", 9),
        Campaign("C08", "Second offer to guide readers: sample kit and consultation", "email", "mofu",
                 "Sample kit and 30 minutes with an account manager", "Readers of the guide",
                 history + timedelta(days=40), None, 1.0, "luis.ferreira", "sofie.maes", "print", 0),
        Campaign("C09", "Abandoned cart: 5 % off by e-mail", "email", "bofu", "5 % off for 72 hours",
                 "Shop visitors who left a full cart", at(-300), end, 1.12, "luis.ferreira", "nina.vogel",
                 "other", 8, "G14"),
        Campaign("C10", "Webinar series: selling the season", "webinar", "mofu",
                 "One hour with a shop that did it",
                 "Retail buyers", history, end, 1.03, "olga.petrova", "leila.haddad", "agency", 27, "G85"),
        Campaign("C11", "Webinar with mountain rescue", "webinar", "mofu",
                 "Loads, ropes and stretchers in practice",
                 "Rescue services", at(-200), at(-165), 0.98, "olga.petrova", "ana.kovac", "agency", 33),
        Campaign("C12", "Direct mail: trail kit", "direct_mail", "mofu",
                 "Sample box, ordered on the landing page",
                 "2,400 shops without an order in 12 months", at(4), at(84), 1.0, "felix.baum", "jonas.weber",
                 "print", 46, "G20", "G12"),
        Campaign("C13", "Direct mail: spring catalogue", "direct_mail", "mofu", "Catalogue with order form",
                 "All wholesale addresses", at(-232), at(-170), 0.95, "felix.baum", "tomas.horak", "postage",
                 52),
        Campaign("C14", "Informational mail: care and repair", "direct_mail", "tofu",
                 "Care leaflet, more on the blog",
                 "Customers of the last three years", at(0), at(70), 1.0, "felix.baum", "nina.vogel",
                 "postage", 90, "G32"),
        Campaign("C15", "Direct mail: autumn catalogue", "direct_mail", "mofu", "Catalogue with order form",
                 "All wholesale addresses", at(-372), at(-310), 1.08, "felix.baum", "tomas.horak", "postage",
                 55),
        Campaign("C16", "Fair: Alpine Outfit Days", "event", "bofu", "Test track at the stand",
                 "Retail and clubs",
                 at(-478), at(-472), 1.01, "olga.petrova", "tomas.horak", "other", 95),
        Campaign("C17", "Fair: Nordic Outdoor Meet", "event", "bofu", "Winter line preview",
                 "Nordic retailers",
                 at(-296), at(-290), 0.93, "olga.petrova", "mia.lindqvist", "other", 99),
        Campaign("C18", "Fair: Summer Outdoor Munich", "event", "bofu", "Order on site, delivery in spring",
                 "Retail chains", at(-66), at(-60), 0.96, "olga.petrova", "katrin.voss", "other", 98, "G82"),
        Campaign("C19", "Fair: Rescue and Safety Expo", "event", "bofu", "Stretcher demonstration",
                 "Rescue services",
                 at(20), at(26), 1.02, "olga.petrova", "ana.kovac", "other", 97),
        Campaign("C20", "Partner list: sports retailers", "partner_list", "mofu", "Dealer terms by e-mail",
                 "Members of a retail association", history, batch - timedelta(days=1), 1.05, "felix.baum",
                 "jonas.weber", "list", 22),
        Campaign("C21", "Partner list: the big batch", "partner_list", "mofu", "Dealer terms by e-mail",
                 "9,000 addresses of a new list broker", batch, batch + timedelta(days=75), 1.0, "felix.baum",
                 "jonas.weber", "list", 15),
        Campaign("C22", "Summer sale: 20 % off tents", "email", "bofu", "20 % off all tents",
                 "All subscribers",
                 at(-104), at(-74), 0.88, "luis.ferreira", "nina.vogel", "other", 19),
        Campaign("C23", "One product: the Ridge 45 pack", "email", "bofu", "Ridge 45 at dealer launch price",
                 "Subscribers who bought packs", at(-10), at(96), 1.04, "luis.ferreira", "greta.schulz",
                 "other", 12),
        Campaign("C24", "Wholesale prospects: phone, mail, phone", "outbound", "bofu", "Visit with samples",
                 "Shops never contacted before", at(-210), None, 1.0, "zoe.martin", "katrin.voss", "postage",
                 30, None, "G15"),
        Campaign("C25", "Black week bundle for dealers", "direct_mail", "bofu",
                 "Lamp and pack bundle, one price",
                 "All wholesale addresses", at(50), at(66), 1.0, "clara.brandt", "katrin.voss", "print",
                 35, "G71", "G70"),
        Campaign("C26", "Spring catalogue, new edition", "direct_mail", "mofu",
                 "Catalogue with sample voucher",
                 "All wholesale addresses", at(132), at(190), 18_000, "felix.baum", "tomas.horak", "print",
                 0),
    )  # fmt: skip


class Kind(NamedTuple):
    """A lead attribute's values, how often each occurs, and what it adds to acceptance and to winning."""

    values: tuple[str, ...]
    shares: tuple[float, ...]
    accepted: tuple[float, ...]
    won: tuple[float, ...]


ATTRIBUTES: Final = {
    "industry": Kind(
        ("Outdoor retail", "Sports clubs", "Rescue services", "Hospitality", "Construction", "Education",
         "Public sector"),
        (0.34, 0.16, 0.11, 0.13, 0.10, 0.09, 0.07),
        (0.04, 0.0, 0.05, -0.02, -0.05, -0.03, 0.0),
        (0.06, -0.02, 0.08, -0.05, -0.06, -0.07, -0.02)),
    "company_size": Kind(
        ("1-9", "10-49", "50-249", "250-999", "1000+"), (0.26, 0.34, 0.23, 0.11, 0.06),
        (-0.08, 0.02, 0.05, 0.03, -0.02), (-0.08, 0.0, 0.07, 0.03, -0.03)),
    "job_level": Kind(
        ("Owner", "Director", "Manager", "Buyer", "Assistant"), (0.22, 0.13, 0.26, 0.27, 0.12),
        (0.03, 0.03, 0.0, 0.01, -0.08), (0.05, 0.04, 0.0, 0.0, -0.06)),
    "region": Kind(
        ("North", "South", "West", "East", "Switzerland", "Austria", "Benelux", "Nordics", "UK and Ireland",
         "United States"),
        (0.17, 0.20, 0.17, 0.12, 0.07, 0.07, 0.09, 0.06, 0.04, 0.01), (0.0,) * 10, (0.0,) * 10),
}  # fmt: skip
SMALLEST: Final = 0  # company_size 1-9
SIZE_WORTH: Final = (0.6, 0.9, 1.3, 1.8, 2.4)
DECIDES: Final = (0.95, 0.85, 0.55, 0.35, 0.08)  # by job_level
CURRENCIES: Final = ("EUR", "CHF", "USD")
CURRENCY_OF_REGION: Final = {"Switzerland": ("CHF", 0.7), "United States": ("USD", 0.9)}

REASONS: Final = ("no budget", "wrong company size", "no need now", "wrong industry", "not reachable",
                  "already a customer", "wrong contact")  # fmt: skip
REASON_SHARES: Final = (0.21, 0.15, 0.24, 0.12, 0.13, 0.06, 0.09)
COLLAPSE_REASON_SHARES: Final = (0.06, 0.66, 0.08, 0.08, 0.05, 0.02, 0.05)
LOST_REASONS: Final = (
    "price",
    "chose a competitor",
    "postponed",
    "no decision",
    "delivery time",
    "assortment",
)
LOST_SHARES: Final = (0.28, 0.24, 0.19, 0.14, 0.09, 0.06)
