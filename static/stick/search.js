/* The page of results: what its address asks (?q=, kind, sector) is searched in plans.db and shown as the server's page shows it. */
(() => {
  "use strict";
  const FEW = 8; // of each kind where all kinds are shown
  const { element, settings } = keikaku;
  const asked = new URLSearchParams(location.search);
  const [q, kind, sector] = ["q", "kind", "sector"].map((name) => asked.get(name) ?? "");
  const result = document.getElementById("result");
  const labels = new Map(settings.kinds);

  /* The same page with another choice. */
  function link(changes, properties, ...children) {
    const chosen = new URLSearchParams({ q, kind, sector, ...changes });
    for (const [name, value] of [...chosen]) if (!value) chosen.delete(name);
    return element("a", { href: `?${chosen}`, ...properties }, ...children);
  }

  function count(rows, column) {
    const counts = new Map();
    for (const row of rows) if (row[column]) counts.set(row[column], (counts.get(row[column]) ?? 0) + 1);
    return counts;
  }

  function facet(title, name, chosen, counts, all, label) {
    if (counts.size < 2 && !chosen) return [];
    const items = [["", all], ...counts].map(([value, number]) => {
      const item = link({ [name]: value }, {}, value ? label(value) : "すべて", " ", element("span", { className: "help" }, String(number)));
      if (value === chosen) item.ariaCurrent = "true";
      return element("li", {}, item);
    });
    return element("div", { className: "facet" }, element("h3", {}, title), element("ul", { className: "filter-links" }, items));
  }

  /* What was found stands between « and ». */
  function mark(snippet) {
    return element("p", {}, snippet.split(/[«»]/).map((part, i) => (i % 2 ? element("mark", {}, part) : part)));
  }

  function hit(row, { plans, targets }) {
    const code = row.code ? [element("span", { className: "code" }, row.code), " "] : [];
    const chips = [plans.get(row.id), row.sector].filter(Boolean).flatMap((text) => [" ", element("span", { className: "chip" }, text)]);
    const aims = targets.filter(([id]) => id === row.id).map(([, printed]) =>
      element("p", { className: "target-line" }, "目標：", element("strong", {}, printed)));
    return element("li", {}, element("a", { className: "title", href: row.url }, code, row.title), chips, aims, row.snippet ? mark(row.snippet) : []);
  }

  function section(name, rows, about) {
    const shown = kind ? rows : rows.slice(0, FEW), id = `kind-${name}`;
    const more = link({ kind: name }, { className: "tap" }, `${labels.get(name)}の${rows.length}件をすべて見る`);
    const made = element("section", {}, element("h2", { id }, `${labels.get(name)}（${rows.length}件）`),
      element("ol", { className: "big-list hits" }, shown.map((row) => hit(row, about))), rows.length > shown.length ? element("p", {}, more) : []);
    made.setAttribute("aria-labelledby", id);
    return made;
  }

  async function show() {
    const rows = await keikaku.search(q), { total, notes } = await keikaku.tell(q);
    const ids = { ids: JSON.stringify(rows.map((row) => row.id)) };
    const about = { targets: (await keikaku.query(settings.targets, ids)).rows, plans: new Map((await keikaku.query(settings.plans, ids)).rows) };
    const inSector = rows.filter((row) => !sector || row.sector === sector), ofKind = rows.filter((row) => !kind || row.kind === kind);
    const kinds = count(inSector, "kind"), chosen = inSector.filter((row) => !kind || row.kind === kind);
    const many = total > rows.length ? `（多いので、近いものから${rows.length}件を示します）` : "";
    result.replaceChildren(
      element("p", { className: "result-count" }, `「${q}」に当たるもの `, element("strong", { className: "count" }, `${total}件`), many),
      notes.length ? element("ul", { className: "note plain-list" }, notes.map((note) => element("li", {}, note))) : "",
      element("div", { className: "no-print" }, element("h2", { className: "visually-hidden" }, "結果をしぼる"), facet("種類", "kind", kind, kinds, inSector.length, (name) => labels.get(name)),
        facet("分野", "sector", sector, count(ofKind, "sector"), ofKind.length, String)),
      ...[...count(chosen, "kind").keys()].map((name) => section(name, chosen.filter((row) => row.kind === name), about)),
    );
    document.getElementById("nothing").hidden = chosen.length > 0;
  }

  document.getElementById("q").value = q;
  if (!q) return;
  document.title = `「${q}」の検索結果 | ${document.title}`;
  document.getElementById("examples").hidden = true;
  result.replaceChildren(element("p", {}, "探しています…"));
  show().catch((error) => result.replaceChildren(element("p", { className: "error-note" }, "検索できませんでした。", element("code", {}, error.message))));
})();
