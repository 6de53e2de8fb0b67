"""The words of Creative Commons licenses, in English and other languages.

Everything here is in the spelling of `folded`: no case, no accents, no apostrophes.
"""

import re
import unicodedata
from typing import Final

# A license element by the phrases for it.
PHRASES: Final[dict[str, str]] = {
    "by": """
        by; attribution; atribucion; reconocimiento; paternite; namensnennung;
        attribuzione; atribuicao; naamsvermelding; uznanie autorstwa; erkannande;
        navngivelse; nimea; reconeixement
    """,
    "nc": """
        nc; noncommercial; non commercial; noncommercial use; non commercial use;
        no commercial use; nicht kommerziell; nichtkommerziell;
        keine kommerzielle nutzung; pas dutilisation commerciale;
        utilisation non commerciale; usage non commercial; non commerciale;
        no comercial; nocomercial; uso no comercial; nao comercial; naocomercial;
        uso nao comercial; niet commercieel; nietcommercieel; uzycie niekomercyjne;
        ickekommersiell; icke kommersiell; ikkekommersiell; ikke kommersiell;
        ikke kommerciel; ikkekommerciel; epakaupallinen
    """,
    "sa": """
        sa; sharealike; share alike; weitergabe unter gleichen bedingungen;
        partage dans les memes conditions;
        partage des conditions initiales a lidentique;
        partage a lidentique; compartirigual; compartir igual;
        compartilhaigual; compartilha igual; condividi allo stesso modo;
        gelijkdelen; gelijk delen; na tych samych warunkach; dela lika; delalika;
        del pa same vilkar; jaasamoin
    """,
    "nd": """
        nd; noderivatives; no derivatives; noderivs; no derivs; no derivative works;
        noderivativeworks; no derivative; noderivative; non derivative;
        no derivate works;
        keine bearbeitungen; keine bearbeitung; keinebearbeitung; pas de modification;
        sinobraderivada; sin obra derivada; sinderivadas; sin derivadas;
        sem derivacoes; semderivacoes; sem derivados; non opere derivate;
        geenafgeleidewerken; geen afgeleide werken; bez utworow zaleznych;
        ingabearbetningar; inga bearbetningar; ingenbearbeidelse; ingen bearbejdelse
    """,
}
SCOPES: Final = frozenset(
    """
    international unported universal generic internacional internationale
    internazionale internationaal
    """.split()  # noqa: SIM905 - a list to read and to grow
)

# Codes of countries with ports of their own, and what they are called in words.
PLACES: Final[dict[str, str]] = {
    "ar": "argentina",
    "at": "austria; osterreich",
    "au": "australia",
    "be": "belgium; belgique",
    "bg": "bulgaria",
    "br": "brazil; brasil",
    "ca": "canada",
    "ch": "switzerland; schweiz; suisse",
    "cl": "chile",
    "cn": "china mainland; mainland china; china",
    "co": "colombia",
    "cr": "costa rica",
    "cz": "czech republic",
    "de": "germany; deutschland; allemagne",
    "dk": "denmark; danmark",
    "ec": "ecuador",
    "ee": "estonia",
    "eg": "egypt",
    "es": "spain; espana",
    "fi": "finland; suomi",
    "fr": "france",
    "gr": "greece",
    "gt": "guatemala",
    "hk": "hong kong",
    "hr": "croatia",
    "hu": "hungary",
    "ie": "ireland",
    "il": "israel",
    "in": "india",
    "it": "italy; italia",
    "jp": "japan",
    "kr": "south korea; korea",
    "lu": "luxembourg",
    "mk": "macedonia",
    "mt": "malta",
    "mx": "mexico",
    "my": "malaysia",
    "nl": "netherlands; nederland",
    "no": "norway; norge",
    "nz": "new zealand",
    "pe": "peru",
    "ph": "philippines",
    "pl": "poland; polska",
    "pr": "puerto rico",
    "pt": "portugal",
    "ro": "romania",
    "rs": "serbia",
    "scotland": "uk scotland",
    "se": "sweden; sverige",
    "sg": "singapore",
    "si": "slovenia",
    "th": "thailand",
    "tw": "taiwan",
    "ug": "uganda",
    "uk": "united kingdom; england wales; england and wales; uk england wales",
    "us": "united states; united states of america; usa; u s",
    "ve": "venezuela",
    "vn": "vietnam",
    "za": "south africa",
    "igo": "igo; intergovernmental organization; intergovernmental organizations",
}
# Codes that are English words too: they count where they are glued to the version.
WORDLIKE: Final = frozenset({"at", "be", "in", "it", "my", "no"})

# Scripts that write without spaces, or spell their words with signs of their own.
_SCRIPTS: Final[dict[str, str]] = {
    "creative commons": "知识共享; 創用cc; クリエイティブ・コモンズ; "
    "クリエイティブコモンズ; 크리에이티브 커먼즈",
    "attribution": "署名; 姓名標示; 表示; 저작자표시; 저작자 표시; атрибуция; "
    "с указанием авторства",  # noqa: RUF001 - Russian
    "noncommercial": "非商业性使用; 非商業性使用; 非商业性; 非商業性; 非商业; 非商業; "
    "非営利; 非商用; 비영리; некоммерческое использование; некоммерческая; "
    "некоммерческое; некоммерческий",
    "sharealike": "相同方式共享; 相同方式分享; 继承; 継承; 동일조건변경허락; "
    "동일조건 변경허락; "
    "с сохранением условий; на тех же условиях",  # noqa: RUF001 - Russian
    "noderivatives": "禁止演绎; 禁止改作; 改変禁止; 변경금지; без производных",
    "international": "国际; 國際; 国際; 국제",
    "unported": "非移植; 未本地化版本",
    "japan": "日本",
    "license": "许可协议; 授權條款; 许可证; 许可; ライセンス; 라이선스; 이용허락; "
    "лицензия",
    "public domain": "公有领域; 公眾領域; パブリックドメイン; общественное достояние",
    "version": "版本",
}


def _split(phrases: str) -> list[str]:
    return [" ".join(one.split()) for one in phrases.split(";") if one.strip()]


def _bare(text: str) -> str:
    """Return a text as `folded` leaves it, before it looks into this table."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    signs = unicodedata.normalize("NFKD", plain)
    kept = (one for one in signs if unicodedata.category(one) != "Mn")
    return unicodedata.normalize("NFC", "".join(kept)).replace("・", "-")


SCRIPT_WORDS: Final[dict[str, str]] = {
    _bare(phrase): word
    for word, phrases in _SCRIPTS.items()
    for phrase in _split(phrases)
}
SCRIPTS: Final = re.compile(
    "|".join(map(re.escape, sorted(SCRIPT_WORDS, key=len, reverse=True)))
)
Phrase = tuple[str, ...]


def _by_first_word(table: dict[str, str]) -> dict[str, list[tuple[Phrase, str]]]:
    """Return phrases and what they mean by their first word, the longest first."""
    found: dict[str, list[tuple[Phrase, str]]] = {}
    for meaning, phrases in table.items():
        for phrase in _split(phrases):
            words = tuple(phrase.split())
            found.setdefault(words[0], []).append((words, meaning))
    for several in found.values():
        several.sort(key=lambda one: len(one[0]), reverse=True)
    return found


ELEMENTS: Final = _by_first_word(PHRASES)
PLACE_NAMES: Final = _by_first_word(PLACES)
