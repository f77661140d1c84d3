"""The closed vocabularies of a plan: stored code, Japanese word, meaning.

They become the table `codes`, and model.py accepts no other value. A plan's own words are not here.
"""

Terms = dict[str, tuple[str, str]]

OUTCOMES: Terms = {
    "met": ("達成", "目標に届いた、または役割をすでに果たしたと報告書が明記している（「一定の」効果や役割は含めない）"),
    "partly_met": ("一部達成", "目標にほぼ届いた、または期間の一部でだけ行われた"),
    "not_met": ("未達成", "目標に届いていない、または挙げられた結果が足りないと報告書に書かれている"),
    "not_implemented": ("未実施", "一度も行われなかった"),
    "not_stated": (
        "記載なし",
        "達成したかどうかを報告書の文から判断できない（終了した施策も、終了だけを理由に未達成とはしない）",
    ),
}
RULES: Terms = {
    "target_stated": ("目標への言及", "目標に届いたかどうかを述べた文による"),
    "never_carried_out": ("実施なし", "実施に至らなかったと述べた文による"),
    "result_short": ("結果の不足", "名指しされた結果が足りないと述べた文による"),
    "part_of_period": ("期間の一部", "期間の一部で中止・中断したと述べた文による"),
    "none": ("判断なし", "判断の材料となる文がない"),
}
DECISIONS: Terms = {
    "継続": ("継続", "後期も続ける"),
    "変更し実施": ("変更し実施", "内容を変えて後期に行う"),
    "終了": ("終了", "前期で終える"),
}
INDICATOR_KINDS: Terms = {
    "continue": ("継続", "続けること自体が目標"),
    "quantity": ("数値", "数で示された目標"),
    "milestone": ("期限", "ある年度まで、またはある年度に行うことが目標"),
    "activity": ("行動", "数も年度も示されない行動の目標"),
}
COMPARATORS: Terms = {
    ">=": ("以上", "その数かそれより多い"),
    "<=": ("以下", "その数かそれより少ない"),
    ">": ("超", "その数より多い"),
    "<": ("未満", "その数より少ない"),
}
PERIODS: Terms = {
    "year": ("年", "1年度あたり"),
    "event": ("回", "1回あたり"),
    "month": ("月", "1か月あたり"),
}
DUE_KINDS: Terms = {
    "by": ("までに", "その年度の終わりまでに"),
    "in": ("に", "その年度のうちに"),
}
SOURCES: Terms = {
    "target": ("目標・指標", "目標の欄から"),
    "schedule": ("スケジュール", "実施期間・スケジュールの欄だけにある記載から"),
}
RESULT_STATUSES: Terms = {code: OUTCOMES[code] for code in ("met", "partly_met", "not_met", "not_implemented")}
TARGET_STATES: Terms = {
    "ongoing": ("期限の定めなし", "続けること、または行うことが目標で、期限はありません"),
    "every_year": (
        "毎年の目標・実績の記録なし",
        "毎年（または毎回）の目標です。公表された結果は、まだ記録していません",
    ),
    "ahead": ("期限はこれから", "期限の年度は、まだ来ていません"),
    "due": ("今年度が期限", "期限は、今年度の終わりです"),
    "overdue": (
        "期限経過・実績の記録なし",
        "期限の年度は終わりましたが、公表された結果を記録していません。達成できなかったという意味ではありません",
    ),
    "met": ("達成", "公表された実績が、目標に届いています"),
    "below": ("目標に届いていない", "公表された実績が、目標に届いていません"),
    "published": ("実績の公表あり", "実績は公表されていますが、目標の数と比べられません"),
}
ORGANIZATION_KINDS: Terms = {
    "municipality": ("市区町村", "市や近隣の自治体"),
    "department": ("部署", "ほかの団体の中の部署や組織（市の部、行政委員会など）"),
    "prefecture": ("都道府県", "東京都などの広域自治体"),
    "public_body": ("公的機関", "国や都などが設けた支援機関"),
    "association": ("団体", "商工会、協会、協議会など"),
    "cooperative": ("協同組合", "農業協同組合など"),
    "financial": ("金融機関", "銀行、信用金庫など"),
    "university": ("大学", "大学など"),
    "business": ("事業者", "企業、店舗など"),
}
NAME_KINDS: Terms = {
    "printed": ("印字", "報告書に印字された名前"),
    "everyday": ("通称", "ふだん使われる名前"),
}
ROLES: Terms = {
    "member": ("構成員", "報告書をまとめたプロジェクトの構成員"),
    "consulted": ("意見聴取", "意見を求められた機関"),
}
LINK_KINDS: Terms = {
    "joint": ("連携", "一緒に進めると印字されている"),
    "repeat": ("再掲", "同じ施策がもう一度載っている"),
}
CORRECTION_KINDS: Terms = {
    "misprint": ("誤記", "明らかな書き誤り"),
    "inconsistency": ("不一致", "報告書の中で食い違っている"),
    "omission": ("欠け", "あるはずのものが印字されていない"),
    "variant": ("表記ゆれ", "同じものが違う書き方で印字されている"),
    "caution": ("注意", "誤りではないが読み違えやすい"),
}
CHANGE_KINDS: Terms = {
    "added": ("追加", "記録を新しく加えた"),
    "updated": ("更新", "その後にわかったことに合わせて書きかえた"),
    "corrected": ("訂正", "当サイトのまちがいを直した"),
    "withdrawn": ("取り下げ", "記録をやめた"),
}

CODES: dict[tuple[str, str], Terms] = {
    ("changes", "kind"): CHANGE_KINDS,
    ("corrections", "kind"): CORRECTION_KINDS,
    ("evaluations", "decision"): DECISIONS,
    ("evaluations", "outcome"): OUTCOMES,
    ("evaluations", "rule"): RULES,
    ("indicators", "comparator"): COMPARATORS,
    ("indicators", "due_kind"): DUE_KINDS,
    ("indicators", "kind"): INDICATOR_KINDS,
    ("indicators", "per"): PERIODS,
    ("indicators", "source"): SOURCES,
    ("measure_links", "kind"): LINK_KINDS,
    ("organization_names", "kind"): NAME_KINDS,
    ("organizations", "kind"): ORGANIZATION_KINDS,
    ("plan_organizations", "role"): ROLES,
    ("results", "status"): RESULT_STATUSES,
    ("targets", "state"): TARGET_STATES,
}
