"""The closed vocabularies of a plan: stored code, Japanese word, meaning.

They become the table `codes`, and model.py accepts no other value. A plan's own words are not here.
"""

Terms = dict[str, tuple[str, str]]

OUTCOMES: Terms = {
    "met": ("達成", "目標に届いた、または役割をすでに果たしたと文書が明記している（「一定の」効果や役割は含めない）"),
    "partly_met": ("一部達成", "目標にほぼ届いた、または期間の一部でだけ行われた"),
    "not_met": ("未達成", "目標に届いていない、または挙げられた結果が足りないと文書に書かれている"),
    "not_implemented": ("未実施", "一度も行われなかった"),
    "not_stated": (
        "記載なし",
        "達成したかどうかを文書の文から判断できない（終了したものも、終了だけを理由に未達成とはしない）",
    ),
}
RULES: Terms = {
    "target_stated": ("目標への言及", "目標に届いたかどうかを述べた文による"),
    "never_carried_out": ("実施なし", "実施に至らなかったと述べた文による"),
    "result_short": ("結果の不足", "名指しされた結果が足りないと述べた文による"),
    "part_of_period": ("期間の一部", "期間の一部で中止・中断したと述べた文による"),
    "none": ("判断なし", "判断の材料となる文がない"),
}
DECISION_MEANINGS: Terms = {
    "continue": ("継続", "そのまま続ける"),
    "extend": ("拡充", "広げて続ける"),
    "change": ("変更", "内容を変えて続ける"),
    "reduce": ("縮小", "小さくして続ける"),
    "merge": ("統合", "ほかの取組とまとめる"),
    "pause": ("休止", "しばらく行わない"),
    "end": ("終了", "やめる"),
    "done": ("完了", "なしとげたので終える"),
}
MEANINGS: Terms = OUTCOMES | DECISION_MEANINGS
GRADED: Terms = {
    "outcome": ("評価", "どこまで達成したか"),
    "decision": ("今後", "これからどうするか"),
    "mark": ("印", "施策についた印"),
}
JUDGES: Terms = {
    "city": ("市の評価", "計画をつくった市が、その言葉や記号で示した評価"),
    "ours": ("当サイトの判定", "文書の言い方から、決まりによって当サイトが決めた判定"),
}
TARGET_CHANGES: Terms = {
    "number_dropped": ("数の目標がなくなった", "前は数の目標があり、後は数で示されていない"),
    "number_lowered": ("数が小さくなった", "目標の数が、前より小さい"),
    "number_raised": ("数が大きくなった", "目標の数が、前より大きい"),
    "counted_otherwise": ("数えるものが変わった", "数えるもの、またはその単位が、前と違う"),
    "deadline_slipped": ("期限が延びた", "期限の年度が、前より後になった"),
    "body_replaced": ("団体が入れかわった", "前に名前のあった団体がなくなり、別の団体の名前がある"),
    "name_changed": ("名前が変わった", "前と後で、書かれている名前が違う"),
}
SUCCESSIONS: Terms = {
    "kept": ("同じ名前", "前の計画と後の計画に、同じ名前のものがある"),
    "renamed": ("別の名前", "後の計画が、名前の違うものに引き継いだと述べている"),
    "dropped": ("前だけ", "後の計画に同じ名前のものがなく、引き継いだとの記録もない（やめたという意味ではない）"),
    "added": ("後だけ", "前の計画に同じ名前のものがなく、引き継いだとの記録もない（新しいという意味ではない）"),
}
COMPARED_BY: Terms = {
    "ours": ("当サイトの判定", "文書の言葉から、当サイトが判定した"),
    "data": ("前後の比較", "書かれている前後の数・年度・単位・名前を比べた"),
}
PLAN_TERMS: Terms = {
    "sector": ("分野", "計画を分ける分野"),
    "goal": ("目標", "めざすこと"),
    "measure": ("施策", "行うこと"),
    "organization": ("担当", "行う団体や部署"),
    "task": ("取組", "団体や部署がそれぞれ行うこと"),
    "target": ("目標・指標", "どこまで行うか"),
    "event": ("予定", "いつ行うか"),
}
INDICATOR_KINDS: Terms = {
    "continue": ("継続", "続けること自体が目標"),
    "quantity": ("数値", "数で示された目標"),
    "milestone": ("期限", "ある年度まで、またはある年度に行うことが目標"),
    "activity": ("行動", "数も年度も示されない行動の目標"),
    "cost": ("費用", "予算や事業費"),
    "record": ("記録", "目標のない、数の記録"),
}
FIGURE_ROLES: Terms = {
    "baseline": ("基準値", "はじめの数"),
    "target": ("目標値", "届くべき数、または行うこと"),
    "result": ("実績", "公表された結果"),
    "estimate": ("見込み", "公表された見込み"),
}
CALENDARS: Terms = {
    "fiscal": ("年度", "4月から翌年3月まで"),
    "calendar": ("年", "1月から12月まで"),
    "date": ("日付", "ある日、またはある月の末の時点"),
}
ACCUMULATIONS: Terms = {
    "point": ("その年", "その年度の数、またはその時点の数"),
    "total": ("累計", "何年分かの合計"),
    "mean": ("平均", "何年分かの平均"),
}
DIRECTIONS: Terms = {
    "up": ("多いほどよい", "目標の数かそれより多ければ達成"),
    "down": ("少ないほどよい", "目標の数かそれより少なければ達成"),
    "keep": ("保つ", "今のまま保つことが目標"),
}
DIRECTION_SOURCES: Terms = {
    "printed": ("原文", "以上・以下などと書かれている"),
    "baseline": ("基準値との比較", "基準値と目標値のどちらが大きいかによる"),
    "ours": ("当サイトの判断", "何を数えるかから、当サイトがそう読んだ"),
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
    "table": ("指標の表", "目標や計画全体の指標の表から"),
}
RESULT_STATUSES: Terms = {
    **{code: OUTCOMES[code] for code in ("met", "partly_met", "not_met", "not_implemented")},
    "implemented": ("実施", "行ったと公表されている。目標に届いたかどうかは述べられていない"),
    "cancelled": ("中止", "行うのをやめたと公表されている"),
}
PUBLISHERS: Terms = {
    "city": ("自治体", "計画をつくった自治体が公表した"),
    "body": ("計画にある団体", "計画に名前のある団体が公表した"),
    "other": ("報道など", "報道機関や、計画に名前のない団体が公表した"),
}
TARGET_STATES: Terms = {
    "met": ("達成", "公表された実績が、目標に届いています"),
    "partly_met": ("一部達成", "公表した側が、一部を達成したと述べています"),
    "below": ("目標に届いていない", "公表された実績が、目標に届いていません"),
    "ahead": ("期限はこれから", "期限の年度は、まだ来ていません"),
    "due": ("今年度が期限", "期限は、今年度中です"),
    "overdue_unreported": (
        "期限経過・実績の記録なし",
        "期限の年度は終わりましたが、その実績の記録が当サイトにありません。達成できなかったという意味ではありません",
    ),
    "unreported": (
        "実績の記録なし",
        "毎年の目標や、期限のない数の目標です。その期間の実績の記録が、当サイトにありません",
    ),
    "ongoing": ("期限の定めなし", "続けること、または行うことが目標で、期限はありません"),
    "published": ("実績の公表あり", "公表された実績の記録が当サイトにありますが、目標と比べられる数の記録はありません"),
    "not_judgeable": ("判定できない", "実績はありますが、目標と比べるのに要ることがわかっていません"),
}
MISSING: Terms = {
    "approximate": ("およその数", "目標か実績が「約」のついた数なので、届いたかどうかは言えません"),
    "calendar": ("年と年度の違い", "目標と実績の一方は年、もう一方は年度で数えています"),
    "comparator": ("許される差", "保つ目標や幅のある目標から、どこまで離れてよいかがわかりません"),
    "direction": ("よくなる向き", "多いほうがよいのか、少ないほうがよいのかがわかりません"),
    "due_fiscal_year": (
        "計画の最後の年度の実績",
        "目標に年が書かれていないので、計画の最後の年度の実績で判定します。その実績の記録は、まだ当サイトにありません",
    ),
    "first_year": ("数える期間の違い", "目標と実績で、何年分を数えたかが違います"),
    "last_year": (
        "実績の年度",
        "実績がどの年度のものかわからないか、まだ終わっていない年度か、期限より後の年度のものです",
    ),
    "part": ("全体の数", "判定に使う年度の実績は、一日や一か所など、一部だけを数えた数です"),
    "publisher": ("一つに決まる実績", "公表した側によって、実績が違います"),
    "target": ("目標の数", "目標が数ではありません"),
    "value": ("実績の数", "行われたかどうかは公表されていますが、実績の数が当サイトに記録されていません"),
    "value_to": ("一つに決まる数", "実績の数に幅があり、片方の端だけが目標に届いています"),
}
TRENDS: Terms = {
    "better": ("よくなった", "基準値、またはその前の実績よりよくなりました"),
    "worse": ("悪くなった", "基準値、またはその前の実績より悪くなりました"),
    "same": ("変わらない", "基準値、またはその前の実績と同じです"),
    "unknown": ("わからない", "比べられる数がありません"),
}
JUDGED_BY: Terms = {
    "number": ("数の比較", "実績の数を目標の数と比べました"),
    "publisher": ("公表した側の評価", "公表した側が述べた達成の状況です"),
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
    "printed": ("原文の名前", "計画の文書に書かれている名前"),
    "everyday": ("通称", "ふだん使われる名前"),
}
ROLES: Terms = {
    "member": ("構成員", "文書をまとめた集まりの構成員"),
    "consulted": ("意見聴取", "意見を求められた機関"),
}
MEASURE_ROLES: Terms = {
    "lead": ("主担当", "中心になって進める"),
    "support": ("協力", "協力して進める"),
}
LINK_KINDS: Terms = {
    "joint": ("連携", "一緒に進めると書かれている"),
    "repeat": ("再掲", "同じ施策がもう一度載っている"),
}
CORRECTION_KINDS: Terms = {
    "misprint": ("誤記", "明らかな書き誤り"),
    "inconsistency": ("不一致", "文書の中で食い違っている"),
    "omission": ("欠け", "あるはずのものが書かれていない"),
    "variant": ("表記ゆれ", "同じものが違う書き方で書かれている"),
    "caution": ("注意", "誤りではないが読み違えやすい"),
}
CHANGE_KINDS: Terms = {
    "added": ("追加", "記録を新しく加えた"),
    "updated": ("更新", "その後にわかったことに合わせて書きかえた"),
    "corrected": ("訂正", "当サイトのまちがいを直した"),
    "withdrawn": ("取り下げ", "記録をやめた"),
}

BASES: Terms = {
    "year": ("一年あたり", "一年に数える数か、何年かの合計をその年数で割った数です"),
    "event": ("一回あたり", "一回ごとに数える数です"),
    "total": ("合計", "何年かの合計で、何年分かが書かれていません"),
    "mean": ("平均", "何年かの平均です"),
    "point": ("その年の数", "書かれている年の数です。合計や平均とは書かれていません"),
}
OBSTACLES: Terms = {
    "rejected": ("別のもの", "名前は同じですが別のものだと、人が判断しました"),
    "number": ("数がない", "目標も基準値も実績も、数では書かれていません"),
    "unit": ("単位がない", "数の単位が書かれていません"),
    "other_unit": ("単位が違う", "ほかの自治体と単位が違い、直せません"),
    "other_basis": ("数え方が違う", "一年あたり、合計、平均などの数え方が、ほかの自治体と違います"),
    "nothing": ("相手がない", "ほかの自治体のものが、どれも並べられません"),
}
SAMENESS: Terms = {
    "name": ("名前と分野", "指標の名前と、計画の分野が同じです"),
    "same_as": ("人の判断", "同じものだと、根拠とともに記録しています"),
    "corporate_number": ("法人番号", "法人番号が同じです"),
}

CODES: dict[tuple[str, str], Terms] = {
    ("changes", "kind"): CHANGE_KINDS,
    ("comparable_indicators", "why"): {key: SAMENESS[key] for key in ("name", "same_as")},
    ("comparable_indicators", "basis"): BASES,
    ("comparable_indicators", "obstacle"): OBSTACLES,
    ("corrections", "kind"): CORRECTION_KINDS,
    ("evaluations", "judged_by"): JUDGES,
    ("evaluations", "outcome"): OUTCOMES,
    ("evaluations", "rule"): RULES,
    ("evaluations", "target_change"): TARGET_CHANGES,
    ("figures", "calendar"): CALENDARS,
    ("figures", "comparator"): COMPARATORS,
    ("figures", "due_kind"): DUE_KINDS,
    ("figures", "role"): FIGURE_ROLES,
    ("figures", "publisher_kind"): PUBLISHERS,
    ("figures", "status"): RESULT_STATUSES,
    ("grades", "field"): GRADED,
    ("grades", "meaning"): MEANINGS,
    ("indicators", "accumulation"): ACCUMULATIONS,
    ("indicators", "direction"): DIRECTIONS,
    ("indicators", "direction_from"): DIRECTION_SOURCES,
    ("indicators", "kind"): INDICATOR_KINDS,
    ("indicators", "per"): PERIODS,
    ("indicators", "source"): SOURCES,
    ("measure_links", "kind"): LINK_KINDS,
    ("measure_organizations", "role"): MEASURE_ROLES,
    ("plan_successions", "change"): SUCCESSIONS,
    ("moved_goalposts", "change"): TARGET_CHANGES,
    ("moved_goalposts", "judged_by"): COMPARED_BY,
    ("organization_names", "kind"): NAME_KINDS,
    ("organizations", "kind"): ORGANIZATION_KINDS,
    ("plan_organizations", "role"): ROLES,
    ("plan_words", "term"): PLAN_TERMS,
    ("same_organizations", "why"): {key: SAMENESS[key] for key in ("corporate_number", "same_as")},
    ("verdicts", "judged_by"): JUDGED_BY,
    ("verdicts", "missing"): MISSING,
    ("verdicts", "state"): TARGET_STATES,
    ("verdicts", "trend"): TRENDS,
}
