"""One form for characters that are written in several, for search keys only: old forms of kanji, and signs without width.

NFKC unites neither: 觀光, 產業 and 髙校 are what they seem to be, and a sign without width stands in a word unseen.
"""

import re

_OLD_AND_NEW = """
亞亜惡悪壓圧圍囲醫医爲為壹壱稻稲飮飲隱隠營営榮栄衞衛驛駅圓円鹽塩緣縁艷艶應応歐欧毆殴櫻桜奧奥橫横溫温穩穏假仮價価
畫画會会壞壊懷懐繪絵擴拡殼殻覺覚學学嶽岳樂楽渴渇罐缶卷巻陷陥勸勧寬寛關関歡歓觀観氣気歸帰龜亀僞偽戲戯犧犠舊旧據拠
擧挙虛虚峽峡挾挟狹狭鄕郷曉暁區区驅駆勳勲薰薫徑径惠恵揭掲溪渓經経繼継莖茎螢蛍輕軽鷄鶏藝芸擊撃缺欠儉倹劍剣圈圏檢検
權権獻献縣県險険顯顕驗験嚴厳吳呉娛娯效効廣広恆恒鑛鉱號号國国濟済碎砕齋斎劑剤雜雑參参慘惨棧桟蠶蚕贊賛殘残絲糸齒歯
兒児辭辞濕湿實実舍舎寫写釋釈壽寿收収從従澁渋獸獣縱縦肅粛處処緖緒敍叙奬奨將将燒焼稱称證証乘乗剩剰壤壌孃嬢條条淨浄
疊畳穰穣讓譲釀醸囑嘱觸触寢寝愼慎晉晋眞真盡尽圖図粹粋醉酔隨随髓髄數数樞枢瀨瀬聲声齊斉靜静攝摂竊窃專専戰戦淺浅潛潜
纖繊踐践錢銭禪禅曾曽雙双壯壮搜捜插挿爭争窗窓總総聰聡莊荘裝装騷騒增増臟臓藏蔵屬属續続墮堕體体對対帶帯滯滞臺台瀧滝
擇択澤沢單単擔担膽胆團団彈弾斷断癡痴遲遅晝昼蟲虫鑄鋳廳庁聽聴敕勅鎭鎮遞逓鐵鉄轉転點点傳伝黨党盜盗燈灯當当德徳獨独
讀読屆届繩縄貳弐惱悩腦脳霸覇廢廃拜拝賣売麥麦發発髮髪拔抜蠻蛮祕秘濱浜濵浜甁瓶拂払佛仏倂併竝並變変邊辺邉辺辨弁辯弁
瓣弁舖舗寶宝豐豊沒没飜翻萬万滿満默黙彌弥譯訳藥薬豫予餘余與与譽誉搖揺樣様謠謡遙遥來来賴頼亂乱覽覧龍竜兩両獵猟綠緑
壘塁淚涙勵励禮礼靈霊齡齢曆暦歷歴戀恋鍊錬爐炉勞労樓楼郞郎祿禄錄録灣湾產産髙高﨑崎嶋島冨富敎教靑青淸清內内戶戸說説
稅税銳鋭脫脱悅悦閱閲硏研步歩每毎黃黄黑黒瘦痩塡填頰頬剝剥麵麺尙尚彥彦槇槙禰祢蠟蝋凉涼峯峰嶌島
"""
_PAIRS = "".join(_OLD_AND_NEW.split())
_NEW_FORMS = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
# What Unicode calls default ignorable: soft hyphen, joiners, marks of direction, variation selectors, tags.
_WITHOUT_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)


def unite_variants(text: str) -> str:
    """A text in NFKC with the usual form of each character; as many characters as before."""
    return text.translate(_NEW_FORMS)


def drop_invisible(text: str) -> str:
    return _WITHOUT_WIDTH.sub("", text)
