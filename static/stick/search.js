/* The page of results: what its address asks (?q=, kind, sector) is searched in plans.db and shown as the server's page shows it. */
(() => {
  "use strict";
  const FEW = 8; // of each kind where all kinds are shown
  const { element, settings } = keikaku;
  const asked = new URLSearchParams(location.search), result = document.getElementById("result"), labels = new Map();
  const { q = "", kind = "", sector = "", ...places } = Object.fromEntries(asked);

  /* The same page with another choice. */
  function link(changes, properties, ...children) {
    const chosen = Object.entries({ q, kind, sector, ...places, ...changes }).filter(([, value]) => value);
    return element("a", { href: `?${new URLSearchParams(chosen)}`, ...properties }, ...children);
  }

  function count(rows, column) {
    const counts = {};
    for (const row of rows) if (row[column]) counts[row[column]] = (counts[row[column]] ?? 0) + 1;
    return counts;
  }

  /* What results can be narrowed to: rows of rank, name, heading, value, label and number, at most twelve. */
  function facet(name, choices) {
    const chosen = asked.get(name) ?? "";
    if (choices.length < 2 && !chosen) return [];
    const items = [[0, "", "", "", "すべて", ""], ...choices].map(([, , , value, label, number]) => {
      const item = link({ [name]: value }, {}, label, " ", element("span", { className: "help" }, number.toLocaleString()));
      if (value === chosen) item.ariaCurrent = "true";
      return element("li", {}, item);
    });
    return element("div", { className: "facet" }, element("h3", {}, choices[0]?.[2] ?? ""), element("ul", { className: "filter-links" }, items));
  }

  /* What was found stands between « and ». */
  function mark(snippet) {
    return element("p", {}, snippet.split(/[«»]/).map((part, i) => (i % 2 ? element("mark", {}, part) : part)));
  }

  function hit(row, { plans, details }) {
    const code = row.code ? [element("span", { className: "code" }, row.code), " "] : [];
    const chips = [plans.get(row.plan), row.sector].filter(Boolean).flatMap((text) => [" ", element("span", { className: "chip" }, text)]);
    const said = details.filter(([id, , text]) => id === row.id && text).map(([, heading, text]) =>
      element("p", { className: "target-line" }, `${heading}：`, element("strong", {}, text)));
    return element("li", {}, element("a", { className: "title", href: row.url }, code, row.title), chips, said, row.snippet ? mark(row.snippet) : []);
  }

  function section(name, rows, number, about) {
    const shown = kind ? rows : rows.slice(0, FEW), id = `kind-${name}`;
    const more = link({ kind: name }, { className: "tap" }, `${labels.get(name)}の${number}件をすべて見る`);
    const made = element("section", {}, element("h2", { id }, `${labels.get(name)}（${number}件）`),
      element("ol", { className: "big-list hits" }, shown.map((row) => hit(row, about))), number > shown.length && !kind ? element("p", {}, more) : []);
    made.setAttribute("aria-labelledby", id);
    return made;
  }

  async function show() {
    const filters = { ...places, kind }, found = await keikaku.search(q, filters), { counts, notes, links, columns } = await keikaku.tell(q, filters);
    const rows = found.filter((row) => !sector || row.sector === sector), ofKind = Map.groupBy(rows, (row) => row.kind), known = Object.fromEntries(counts);
    const reached = sector ? rows.length : kind ? known[kind] ?? 0 : Object.values(known).reduce((sum, number) => sum + number, 0);
    const ids = JSON.stringify(rows.map((row) => row.id)), inPlans = JSON.stringify(count(rows, "plan"));
    const hits = JSON.stringify(found.map((row) => [row.kind, row.table, row.plan, Boolean(row.sector)]));
    const [facets, plans, details, owners] = await Promise.all([
      keikaku.query(settings.facets, { counts: JSON.stringify(known), sectors: JSON.stringify(count(found, "sector")), plans: inPlans, hits }),
      keikaku.query(settings.plans, { plans: inPlans }), keikaku.query(settings.details ?? "select 1 limit 0", { ids, columns: JSON.stringify(columns) }),
      keikaku.query(settings.records ?? "select 1 limit 0", { ids: JSON.stringify(links.map(([, path]) => path.split("/").at(-1))) }),
    ]);
    for (const [, name, , value, label] of facets.rows) if (name === "kind") labels.set(value, label);
    const planOf = Object.fromEntries(owners.rows.map(([id, , plan]) => [id, plan]));
    const about = { plans: new Map(plans.rows), details: details.rows }, many = reached > found.length ? `（多いので、近いものから${found.length}件を示します）` : "";
    const answers = (settings.details ? links : []).flatMap(([text, path], i) => [i ? "、" : "", element("a", { className: "tap", href: keikaku.locate(path, planOf[path.split("/").at(-1)]) }, text)]);
    result.replaceChildren(
      element("p", { className: "result-count" }, `「${q}」に当たるもの `, element("strong", { className: "count" }, `${reached.toLocaleString()}件`), many),
      answers.length ? element("p", { className: "note" }, "関わるページ：", answers) : "",
      notes.length ? element("ul", { className: "note plain-list" }, notes.map((note) => element("li", {}, note))) : "",
      element("div", { className: "no-print" }, element("h2", { className: "visually-hidden" }, "結果をしぼる"),
        [...Map.groupBy(facets.rows, ([, name]) => name)].map(([name, choices]) => facet(name, choices))),
      ...[...ofKind].map(([name, hits]) => section(name, hits, sector ? hits.length : known[name], about)),
    );
    document.getElementById("nothing").hidden = rows.length > 0;
  }

  document.getElementById("q").value = q;
  if (!q) return;
  document.title = `「${q}」の検索結果 | ${document.title}`;
  document.getElementById("examples").hidden = true;
  const waiting = "はじめてのときは、検索のためのプログラムと計画のデータを読みこみます。回線が遅いと、しばらくかかることがあります。次からはすぐに出ます。";
  result.replaceChildren(element("p", {}, element("strong", {}, "探しています…")), element("p", {}, waiting));
  show().finally(() => result.classList.remove("awaited")).catch((error) => result.replaceChildren(element("p", { className: "error-note" }, "検索できませんでした。", element("code", {}, error.message))));
})();
