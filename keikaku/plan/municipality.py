"""Numbers of Japanese municipalities: check digits, and the prefecture that a code names."""

_IN_ORDER = """
    北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県
    石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県
    岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県
"""
PREFECTURES = _IN_ORDER.split()  # of JIS X 0401


def prefecture_of(code: str) -> str:
    """The prefecture by the first two digits of a 全国地方公共団体コード (JIS X 0401); an empty text for none."""
    number = int(code[:2])
    return PREFECTURES[number - 1] if 1 <= number <= len(PREFECTURES) else ""


def label_of(name: str, code: str) -> str:
    """What it is called where the prefecture is not said: 山形県川西町, 加古川市. Names of towns are had by many, of cities by few."""
    return name if name.endswith(("市", "都", "道", "府", "県")) else prefecture_of(code) + name


def municipality_check_digit(code: str) -> str:
    """The sixth digit of a 全国地方公共団体コード, by its first five: JIS X 0401 and 0402, modulus 11."""
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def corporate_check_digit(number: str) -> str:
    """The first digit of a 法人番号, by the other twelve: 法人番号の指定等に関する省令, article 2, modulus 9."""
    total = sum(int(digit) * (1 + i % 2) for i, digit in enumerate(reversed(number[1:])))
    return str(9 - total % 9)
