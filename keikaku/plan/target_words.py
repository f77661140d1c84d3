"""The words of printed targets as tables and patterns: times, comparisons, units, changes, and what cannot be read.

They fit plain text (plain_text.py), in which target.py masks each word that it has read as a time with `|`.
"""

import re
from typing import Literal

from keikaku.plan.amounts import TERM

Comparator = Literal[">=", "<=", ">", "<"]
Per = Literal["year", "event", "month"]
Direction = Literal["up", "down", "keep"]

ORDINAL = r"第[0-9一二三四五六七八九十]+[次回期]|[0-9]+(?:(?:[回年期巡代校人社件台棟号番]|店舗?|[か箇]所)目(?!標)|周年)"
# 40歳以上の受診率 50%: whom a number is of.
AGES = (
    r"(?<![0-9.])[0-9]{1,3}(?:歳?~[0-9]{1,3})?歳(?:以上|以下|未満|代|児)?"
    r"(?=(?:(?!令和|平成|[RH])[^0-9、。;,()])*[0-9][0-9.,]*(?![0-9.,歳年~]))"
)
NAME_WITH_DIGITS = re.compile(rf"CO2|PM2\.5|(?<![0-9])[1-6]次産業|[12][0-9]{{3}}年代|{ORDINAL}|{AGES}")
NO_VALUE = re.compile(
    r"(?:集計|調査|算定|評価)(?:中止?|[な無]し|不[可能])|(?:調査|目標)?未(?:集計|調査|実施|定|設定|公表|把握|算定)"
    r"|設定しない|(?:設定|該当|実績|実施)?[な無]し|不明|非公表|皆[増減]|[Nn]/?[Aa]|ー"
)

MONTH = re.compile(
    r"(?P<year>(?:令和|平成|(?<![A-Za-z0-9_])[RH]|(?<![0-9A-Za-z])(?=[12][0-9]{3}))[0-9]{1,4})年(?P<month>1[0-2]|[1-9])月"
    r"(?:末日?|[12][0-9]日|3[01]日|[1-9]日)?"
)
NOT_DUE = re.compile(
    r"[末当初中]*(?:から|以降|以前|以後|より|前(?!半)|後(?!半)|[~-]|実績|現在|現状|基準|の[0-9.]+[%割]の?[増減削]"
    r"|頃|[こご]ろ|を?(?:目[途処]|めど))"
)
DUE_WORDS = re.compile(
    r"(?:末|中|内|前半|後半|上半期|下半期)?(?:時点)?(?:(?P<by>(?:まで|迄)に?)|における|において|には?|で|の|)"
)
SPAN = re.compile(r"(?:年度?)?(?:~|-|から)")

ABOUT = r"(?:約|およそ|おおよそ|おおむね|概ね|ほぼ)"
ABOUT_AFTER = "程度|前後|ほど|余り?|弱|強(?!化)"
AHEAD = rf"(?:[でに約計]|延べ|のべ|合計|累計|平均|{ABOUT})*[0-9]"
EACH = r"(?:あたり|当たり|につき)"
PERIOD = re.compile(
    rf"(?P<year>毎年度?|各年度?(?![代齢])|(?<![0-9,.])1年間?(?:に|{EACH})"
    rf"|(?<![0-9/])年間(?=\)|(?:[^0-9、。;/]*[数者額量高率])?{AHEAD})|(?<=\()年度?(?=\))"
    rf"|(?<![0-9少青成未前半隔数周来翌昨今次本初同該])年度?{EACH}?(?={AHEAD}))"
    rf"|(?P<month>毎月|各月|(?<![0-9,.])1[かカヵヶケ箇]?月(?:に|{EACH})"
    rf"|(?<![0-9/])月間(?=\)|{AHEAD})|(?<![0-9今来先])月{EACH}?(?={AHEAD}))"
    rf"|(?P<event>毎回|各回|(?<![0-9,.])1回{EACH})"
)
SLASH: dict[str, Per] = {"年間": "year", "年度": "year", "年": "year", "か月": "month", "月": "month", "回": "event"}
ACCUMULATION = re.compile(
    r"(?P<total>の?(?:累計|累積|通算|期間合計)|計画期間[中内](?=に?(?:[0-9]|$)))|(?P<mean>(?<=\|)の?平均)"
)

COMPARATORS: dict[str, Comparator] = {
    "を超えない": "<=", "を下回らない": ">=", "を上回る": ">", "を下回る": "<", "を超える": ">", "を超え": ">",
    "を超過": ">", "を切る": "<", "を割る": "<", "に満たない": "<",
    "以上": ">=", "以下": "<=", "以内": "<=", "未満": "<", "超": ">",
}  # fmt: skip
SIGNS: dict[str, Comparator] = {"≧": ">=", "≥": ">=", "≦": "<=", "≤": "<=", ">": ">", "<": "<", ">=": ">=", "<=": "<="}

# 年, 月 and 分 are left out: they are periods and parts of another number more often than units.
UNITS = """
    社 者 店 店舗 件 人 名 組 組合 組織 団体 企業 法人 事業 事業所 事業者 農家 世帯 戸 棟 室 床 席 か所 カ所 ヵ所 ヶ所
    ケ所 箇所 個所 地区 地域 地点 区域 区画 校 校区 園 園児 学級 学校 施設 拠点 駅 路線 系統 便 回 回線 回答 点 品
    品目 種 種類 作品 項目 施策 計画 事例 案件 講座 講演 人日 人泊 泊 日 日間 時間 頭 羽 匹 本 枚 冊 冊子 部 部会 部署
    巻 号 台 基 個 袋 箱 食 杯 票 通 株 面 班 隊 会場 会員 自治会 町会 市町村 自治体 名所 国 か国 言語 円 割 倍 位 歳
    % パーセント %ポイント ㎏ ㎡ ㎥ ㎞ ㏊
"""
UNIT = "|".join([*sorted(UNITS.split(), key=len, reverse=True), "[ァ-ヴ][ァ-ヴー]+", "[A-Za-z]+[23]?(?![A-Za-z0-9])"])
# An amount of change that somebody means to bring about, so that more of it is better, and one that may just happen.
MEANT = r"増やす|減らす|増員|[削縮]減|低減|抑制|圧縮|軽減|短縮|カット|拡充|向上|改善|引き?上げ|引き?下げ"
CHANGE = rf"(?:ずつ)?[をの]?(?:{MEANT}|[増減削](?:(?![以未超程前])[一-龠])?|低下|縮小|拡大|上昇|アップ|ダウン)"
COMPARATOR = "|".join(COMPARATORS)
QUANTITY = re.compile(
    rf"(?P<compared>[≧≥≦≤]|[<>]=?)?(?:(?P<sign>[△▲]|マイナス|(?<![^|、。;:(≧≥≦≤<>=])-)|(?<![0-9.第+±~△▲一二三四五六七八九十百千万億-])(?<![0-9],|分の)(?<!(?<![A-Za-z0-9])[RHS]))"
    rf"(?:(?P<half>過?半数)|(?:(?P<low>(?:{TERM.pattern})+)(?P<low_unit>{UNIT})?~)?(?P<number>(?:{TERM.pattern})+)"
    rf"(?:(?P<unit>(?:{UNIT})(?:/1[0,]*[千万]?[人戸])?)"
    rf"|(?={COMPARATOR}|(?<![12][0-9]{{3}})(?<![12][0-9]{{3}}\.[0-9])(?<![12][0-9]{{3}}\.[0-9]{{2}})(?:/|$|[、。;]))))"  # 2026.3 is a date
    rf"(?P<words>(?:{CHANGE}|(?:\([|累計合平均]+\)|\))?(?:{COMPARATOR})|/(?:{'|'.join(SLASH)})|ずつ|{ABOUT_AFTER})*)"
)
COUNTED = re.compile(r"の(?!維持)(?P<label>[^\s0-9、。;/()|をにがでへ]+)(?<!と)(?<!から|より|まで)")
AIM = re.compile(
    r"(?:に|(?:まで|迄)に?)(?:(?P<down>抑|低減|低下|削減|減ら|縮減|縮小|引き?下げ)|(?P<up>増や|拡大|向上|引き?上げ|上昇))"
    r"|(?P<keep>[をの]?維持|\(現状維持\))"
)
# What is said of the number that an indicator began with: 維持, 現状値を維持, 現状値以上.
START = r"(?:現状|現在|基準|当初|策定時)の?(?:値|数値|水準)?"
AS_BEFORE = re.compile(rf"(?:{START}|水準)?[をの]?維持(?:する)?")
AGAINST_START = re.compile(rf"{START}(?P<words>{COMPARATOR})(?:を?維持)?(?:する)?")
LEVELS: tuple[tuple[re.Pattern[str], Direction], ...] = (
    (AS_BEFORE, "keep"),
    (
        re.compile(
            r"(?:.*(?:より|比|年))?(?:増(?:加|やす)?|上昇|向上|拡大|アップ)(?:させる|する|傾向)?"
            r"|.*(?:以上|を上回る|を超える)(?:を?維持)?|維持(?:・|又は|または|及び)向上"
        ),
        "up",
    ),
    (
        re.compile(
            r"(?:.*(?:より|比|年))?(?:減(?:少|らす)?|低下|低減|削減|縮小|ダウン)(?:させる|する|傾向)?"
            r"|.*(?:以下|未満|を下回る)(?:を?維持)?"
        ),
        "down",
    ),
)
NOT_WITH_QUANTITY = re.compile(
    r"毎[日週]|隔[日週月年]|四半期|半期|半年|[日週期](?=に?[0-9])|最低|最大|最小|少なくとも|上限|下限|プラス"
    r"|[今来翌次本初同該]年度|年度に|(?<!\w)数(?=[0-9])"
)
NOT_AFTER_QUANTITY = re.compile(
    rf"[≧≥≦≤<>=]|あたり|当たり|につき|ごと|毎|から|より|の?うち|以|台|[~/→-]|\((?:[^()]*\))?(?:{COMPARATOR})"
    rf"|(?!{AIM.pattern})(?:まで|迄)"
)
OR = re.compile(r"または|又は|もしくは|若しくは|あるいは|或いは|ないし")
NO_CHOICE = re.compile(r"の|.*[、。;,]\W*\w")  # 5件の講座又は講演; 5件、電話又は窓口の相談 10件
NUMBER_WORD = re.compile(
    rf"(?<!一人)(?<!第)[〇○一二三四五六七八九十百千][〇○一二三四五六七八九十百千万億]*"
    rf"(?:人(?!ひとり|一人)|(?!人|部|面|本|品|体|通)(?:{UNIT})|割|つ(?!ひとつ|一つ))"
    r"|半[減分]|倍増|分の[一0-9]|ゼロ(?![ァ-ヴ])"
)
UNREAD = re.compile(r"[+±△▲-]?[0-9][0-9.,]*[^\W0-9_]{0,3}")

CUT = re.compile(r"(?<![0-9])[、。;,]|[、。;,](?![0-9])|(?P<step>→)|(?P<and>・|及び|および|並びに|かつ)")
CONTINUE = re.compile(r"継続(?:的に|して|した|する)?|引き?続き")
DONE = re.compile(r"(?:達成|実施|開催|作成|策定|検討|設置|設立|導入|整備|実現|具現化|完了|構築|充実|推進|支援)$")
